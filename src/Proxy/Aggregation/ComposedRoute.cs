using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Composition;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Aggregation;

/// <summary>A route that is answered with what several services say.</summary>
internal sealed partial class ComposedRoute(RouteConfig route, PartFetcher fetcher, TimeSpan timeout, TimeProvider clock, ILogger<ComposedRoute> logger)
{
    private readonly CompositionPlan plan = PlanBuilder.Build(route, fetcher);

    // Time must remain to tell the client what could not be had.
    private readonly TimeSpan deadline = timeout * 0.85;

    public async Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var result = await plan.RunAsync(new ComposeInput(context, match.Values), deadline, clock, context.RequestAborted);
        foreach (var (part, failed) in result.Failures)
        {
            Log.PartFailed(logger, failed.Cause, part, failed.Failure!.Detail);
        }

        if (result.Failure is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            result.WriteTo(json);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The part {Part} is missing: {Reason}", EventName = "PartFailed")]
        public static partial void PartFailed(ILogger logger, Exception? exception, string part, string? reason);
    }
}

/// <summary>What a composition is run with.</summary>
/// <param name="Context">The client's request.</param>
/// <param name="Values">The route's values, percent-encoded.</param>
internal sealed record ComposeInput(HttpContext Context, RouteValues Values);
