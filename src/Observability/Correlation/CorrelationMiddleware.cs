using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Correlation;
using Portolan.Core.Flags;
using Portolan.Core.Telemetry;

namespace Portolan.Observability.Correlation;

/// <summary>Gives each request its ids before anything else runs, and every response, errors too, its id headers.</summary>
internal sealed class CorrelationMiddleware(RequestDelegate next, CorrelationOptions options, TimeProvider clock)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;

        // A Portolan caller names itself as the parent; anybody else has at most the id of its own request.
        var parent = headers.TryGetValue(HeaderNames.ParentRequestId, out var named) ? named : headers[HeaderNames.RequestId];
        var correlation = options.AcceptFromCaller
            ? CorrelationContext.Start(clock, headers[HeaderNames.CorrelationId], parent)
            : CorrelationContext.Start(clock, null, null);

        // The framework starts an activity where somebody logs or listens; logs carry a trace id in any case.
        var activity = Activity.Current is null
            ? PortolanTelemetry.Start("http.server.request", ActivityKind.Server, headers.TraceParent)
            : null;
        CorrelationContext.Current = correlation;
        if (headers.TryGetValue(HeaderNames.FeatureFlags, out var flags))
        {
            FeatureFlags.Current = flags;
        }

        // When the response starts, not now: an error handler may clear the headers, and an upstream bring its own.
        context.Response.OnStarting(SetHeaders, new Ids(context, correlation, CorrelationContext.TraceId));
        try
        {
            await next(context);
        }
        finally
        {
            activity?.Dispose();
        }
    }

    private static Task SetHeaders(object state)
    {
        var (context, correlation, traceId) = (Ids)state;
        var headers = context.Response.Headers;
        headers[HeaderNames.RequestId] = correlation.RequestId;
        headers[HeaderNames.CorrelationId] = correlation.CorrelationId;
        if (traceId is not null)
        {
            headers[HeaderNames.TraceId] = traceId;
        }

        return Task.CompletedTask;
    }

    private sealed record Ids(HttpContext Context, CorrelationContext Correlation, string? TraceId);
}
