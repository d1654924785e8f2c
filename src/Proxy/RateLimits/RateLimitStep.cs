using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Core.Problems;
using Portolan.Core.Telemetry;
using Portolan.Proxy.Routing;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.RateLimits;

/// <summary>Lets a request of a route pass while it is within the limits, answers 429 else, and says on every answer what is left.</summary>
internal sealed partial class RateLimitStep(RouteHandler next, string route, RouteLimits limits, TimeProvider clock, ILogger logger)
{
    private static readonly Counter<long> Refusals = PortolanTelemetry.Meter.CreateCounter<long>(
        "portolan.gateway.rate_limit.refusals", "{request}", "Requests that a rate limit of a route refused, or would have.");

    // Timestamp of the last line about a limit that only counts: a flood is told of once a second.
    private long told = long.MinValue;

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var now = clock.GetTimestamp();
        if (limits.Counting is { } counting)
        {
            Count(context, counting, now);
        }

        if (limits.Refusing is not { } refusing)
        {
            return next(context, match);
        }

        var result = refusing.TryAcquire(context, now, 1, out var policy);

        // When the answer begins, not now: services may send headers of these names too, and an error clears them all.
        context.Response.OnStarting(WriteHeaders, new Answer(context.Response, result, policy, clock));
        return result.Admitted ? next(context, match) : Refuse(context, result, policy);
    }

    private static Task WriteHeaders(object state)
    {
        var answer = (Answer)state;
        RateLimitHeaders.Write(answer.Response.Headers, answer.Result, answer.Policy, answer.Clock.GetUtcNow());
        return Task.CompletedTask;
    }

    private Task Refuse(HttpContext context, in LimitResult result, in RateLimitPolicy policy)
    {
        Report(policy.Name, dryRun: false);
        return new Problem(
            "rate-limit", "Rate limit exceeded", StatusCodes.Status429TooManyRequests,
            $"The limit '{policy.Name}' is used up. Try again after the time in Retry-After.")
        {
            RetryAfter = result.RetryAfter,
        }.ExecuteAsync(context);
    }

    private void Count(HttpContext context, RateLimits<HttpContext> counting, long now)
    {
        if (counting.TryAcquire(context, now, 1, out var policy).Admitted)
        {
            return;
        }

        Report(policy.Name, dryRun: true);
        var before = Volatile.Read(ref told);
        if ((before == long.MinValue || clock.GetElapsedTime(before, now) >= TimeSpan.FromSeconds(1))
            && Interlocked.CompareExchange(ref told, now, before) == before)
        {
            Log.WouldRefuse(logger, route, policy.Name);
        }
    }

    private void Report(string limit, bool dryRun)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, new TagList { { "route", route }, { "limit", limit }, { "dry_run", dryRun } });
        }
    }

    private sealed record Answer(HttpResponse Response, LimitResult Result, RateLimitPolicy Policy, TimeProvider Clock);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Route {Route}: the limit {Limit} would refuse requests; it is a dry run", EventName = "RateLimitDryRun")]
        public static partial void WouldRefuse(ILogger logger, string route, string limit);
    }
}
