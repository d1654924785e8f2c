using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Telemetry;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Runtime;

/// <summary>
/// What passes through each route. Names of routes and services come from the configuration, so there are few; statuses are
/// counted by their class. Costs a look when nobody listens.
/// </summary>
internal static class GatewayMetrics
{
    private static readonly Histogram<double> Duration =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.gateway.request.duration", "s", "From the request to the end of its answer.");

    private static readonly Histogram<double> Backend =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.gateway.backend.duration", "s", "Until the answer of the service began.");

    private static readonly string[] Classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    /// <summary>Runs the route's chain, and counts it.</summary>
    public static Task Measure(HttpContext context, RouteMatch match) =>
        Duration.Enabled || Backend.Enabled ? MeasureAsync(context, match) : match.Route.Handler(context, match);

    private static async Task MeasureAsync(HttpContext context, RouteMatch match)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await match.Route.Handler(context, match);
        }
        finally
        {
            var tags = new TagList
            {
                { "route", match.Route.Name },
                { "service", match.Service ?? match.Route.Service ?? "" },
                { "status", Classes[Math.Clamp(context.Response.StatusCode / 100, 0, Classes.Length - 1)] },
            };
            Duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tags);
            if (match.BackendTime is { } backend)
            {
                Backend.Record(backend.TotalSeconds, tags);
            }
        }
    }
}
