using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portolan.Core.Http;
using Portolan.Core.Telemetry;

namespace Portolan.Observability.Metrics;

/// <summary>Metrics for Prometheus.</summary>
public static class PrometheusExtensions
{
    /// <summary>Collects what Portolan, the runtime and the web server measure, and the meters of these names. Calls add up.</summary>
    public static IServiceCollection AddPrometheus(this IServiceCollection services, params string[] meters)
    {
        services.AddOptions<CollectedMeters>().Configure(collected => collected.Names.UnionWith(meters));
        services.TryAddSingleton(provider => new MetricStore(provider.GetRequiredService<IOptions<CollectedMeters>>().Value.Names));
        return services;
    }

    /// <summary>
    /// Maps <c>GET /metrics</c>, in Prometheus' text format 0.0.4, for callers on this machine. Collecting begins here. Needs
    /// <see cref="AddPrometheus"/>.
    /// </summary>
    public static IEndpointRouteBuilder MapPrometheus(this IEndpointRouteBuilder endpoints)
    {
        var store = endpoints.ServiceProvider.GetRequiredService<MetricStore>();
        endpoints.MapGet("/metrics", LoopbackGuard.Protect(context =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(store.Text(), context.RequestAborted);
        }));
        return endpoints;
    }

    // By itself what costs something for a connection at most; more is asked for by name.
    private sealed class CollectedMeters
    {
        public HashSet<string> Names { get; } = [PortolanTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"];
    }
}
