using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.AccessLogs;

/// <summary>Writes one line a request, when it has been answered.</summary>
internal sealed partial class AccessLog(TimeProvider clock, Random random, ILoggerFactory loggers)
{
    // As nginx counts a client that left before its answer.
    private const int ClientLeft = 499;

    private readonly ILogger logger = loggers.CreateLogger("Portolan.Access");

    /// <summary>Answers with <paramref name="next"/>, and logs.</summary>
    public async Task RunAsync(HttpContext context, AccessLogConfig config, RequestDelegate next)
    {
        var began = clock.GetTimestamp();
        var tap = new AccessTap(context);
        context.Features.Set(tap);
        try
        {
            await tap.RunAsync(next);
        }
        finally
        {
            Write(context, config, tap, clock.GetElapsedTime(began));
        }
    }

    /// <summary>Notes which route a request takes.</summary>
    public static RouteHandler Noting(RouteHandler next) => (context, match) =>
    {
        if (context.Features.Get<AccessTap>() is { } tap)
        {
            tap.Match = match;
        }

        return next(context, match);
    };

    private void Write(HttpContext context, AccessLogConfig config, AccessTap tap, TimeSpan duration)
    {
        var left = context.RequestAborted.IsCancellationRequested;
        var status = left && !context.Response.HasStarted ? ClientLeft : context.Response.StatusCode;
        if (status < 500 && !left && duration < config.Slow && config.Share < 1 && random.NextDouble() >= config.Share)
        {
            return;
        }

        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var end = config.Query ? -1 : target.IndexOf('?');
        var match = tap.Match;
        Log.Answered(
            logger, context.Request.Method, end < 0 ? target : target[..end], status, tap.Bytes, Rounded(duration)!.Value, match?.Route.Name, match?.Service ?? match?.Route.Service,
            match?.ServedBy, Rounded(match?.BackendTime), context.Connection.RemoteIpAddress?.ToString(), context.Request.Protocol, left);
    }

    private static double? Rounded(TimeSpan? time) => time is { } value ? Math.Round(value.TotalMilliseconds, 2) : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information,
            "{Client} {Method} {Path} {Protocol}: {Status}, {Bytes} bytes in {Duration} ms; route {Route}, {Service} {Instance} in {BackendDuration} ms; client left: {ClientLeft}",
            EventName = "Access")]
        public static partial void Answered(
            ILogger logger, string method, string path, int status, long bytes, double duration, string? route, string? service, string? instance,
            double? backendDuration, string? client, string protocol, bool clientLeft);
    }
}
