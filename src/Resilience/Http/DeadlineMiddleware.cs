using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Correlation;
using Portolan.Core.Deadlines;
using Portolan.Core.Problems;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Http;

/// <summary>Runs each request under its caller's deadline, and tells how long it took.</summary>
public static class DeadlineMiddleware
{
    /// <summary>
    /// Reads <c>X-Request-Timeout</c> and <c>grpc-timeout</c>, sets <see cref="Deadline.Current"/>, lets
    /// <see cref="HttpContext.RequestAborted"/> fire at the deadline, and answers 504 when it strikes before a response has
    /// started. Every response gets <c>X-Response-Time</c>. Goes inside of what takes a cancelled request for a client that left.
    /// </summary>
    public static IApplicationBuilder UseDeadlines(this IApplicationBuilder app, DeadlineOptions? options = null)
    {
        var effective = options ?? new DeadlineOptions();
        OptionErrors.ThrowIfAny(nameof(DeadlineOptions), effective.Validate());
        var clock = app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System;
        return app.Use(next => context =>
        {
            context.Response.OnStarting(WriteTime, new Arrival(context, clock, clock.GetTimestamp()));
            return TimeOf(context, effective) is { } time ? RunAsync(context, next, clock, time) : next(context);
        });
    }

    private static TimeSpan? TimeOf(HttpContext context, DeadlineOptions options)
    {
        var asked = options.AcceptFromCaller ? DeadlineHeaders.Read(context.Request.Headers) : null;
        return asked < options.Longest || options.Longest is null ? asked : options.Longest;
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, TimeProvider clock, TimeSpan time)
    {
        using var deadline = Deadline.In(clock, time).Enter();
        using var struck = new CancellationTokenSource(Shortened(time), clock);
        var aborted = context.RequestAborted;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, struck.Token);
        context.RequestAborted = either.Token;
        var cancelled = false;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (struck.IsCancellationRequested && !aborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            cancelled = true;
        }
        finally
        {
            context.RequestAborted = aborted;
        }

        // The framework's own exception handler makes a 499 of a cancelled request: its client has gone, it thinks.
        if (cancelled || (struck.IsCancellationRequested && context.Response is { HasStarted: false, StatusCode: StatusCodes.Status499ClientClosedRequest }))
        {
            context.Response.Clear();
            await Exceeded(time).ExecuteAsync(context);
        }
    }

    // Timers bear no more than 49 days.
    private static TimeSpan Shortened(TimeSpan time) => time < TimeSpan.FromDays(1) ? time : TimeSpan.FromDays(1);

    private static Problem Exceeded(TimeSpan time) =>
        new("deadline-exceeded", "Deadline exceeded", StatusCodes.Status504GatewayTimeout,
            $"The request was to be answered within {time.TotalMilliseconds:0} ms and was not. What it had begun may have been done or not.");

    private static Task WriteTime(object state)
    {
        var (context, clock, arrived) = (Arrival)state;
        context.Response.Headers[HeaderNames.ResponseTime] = DeadlineHeaders.Format(clock.GetElapsedTime(arrived));
        return Task.CompletedTask;
    }

    private sealed record Arrival(HttpContext Context, TimeProvider Clock, long Arrived);
}
