using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Composition;
using Portolan.Core.Deadlines;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Aggregation;

/// <summary>A route that is answered with what several services say.</summary>
internal sealed partial class ComposedRoute(RouteConfig route, PartFetcher fetcher, StaleParts stale, TimeSpan time, TimeSpan patience, TimeProvider clock, ILogger<ComposedRoute> logger)
{
    private readonly CompositionPlan plan = PlanBuilder.Build(route, fetcher, stale);

    public async Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var result = await plan.RunAsync(new ComposeInput(context, match.Values), TimeOf(Deadline.Current), clock, context.RequestAborted);
        foreach (var (part, failed) in result.Failures)
        {
            Log.PartFailed(logger, failed.Cause, part, (failed.Failure ?? failed.Covered)!.Detail);
        }

        if (result.Failure is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            result.WriteTo(json);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await ClientWrites.WriteAsync(context, body.WrittenMemory, patience, clock);
    }

    // A client that waits for less gets what there is by then.
    private TimeSpan TimeOf(Deadline? asked) => asked is not null && asked.Remaining * 0.85 is var left && left < time ? left : time;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The part {Part} is missing: {Reason}", EventName = "PartFailed")]
        public static partial void PartFailed(ILogger logger, Exception? exception, string part, string? reason);
    }
}

/// <summary>What a composition is run with.</summary>
/// <param name="Context">The client's request.</param>
/// <param name="Values">The route's values, percent-encoded.</param>
internal sealed record ComposeInput(HttpContext Context, RouteValues Values)
{
    // A page is put together in memory, of which it takes several times as much as it has bytes.
    private int left = 16 * 1024 * 1024;

    /// <summary>Takes bytes of what all parts may have together; false when there are no more.</summary>
    public bool TryTake(int bytes) => Interlocked.Add(ref left, -bytes) >= 0;
}
