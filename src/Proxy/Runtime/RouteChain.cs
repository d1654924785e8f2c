using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Sidecar;
using Portolan.Proxy.Templates;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Runtime;

/// <summary>Compiles a route: its policies in their one order around what answers. Done when a configuration is put in force, never for a request.</summary>
internal sealed class RouteChain(Forwarder forwarder, PartFetcher fetcher, TimeProvider clock, Random random, ILoggerFactory loggers)
{
    /// <summary>Makes the route ready. The configuration has been validated.</summary>
    public Route Build(RouteConfig route, GatewayConfig config, KeptState kept)
    {
        var name = NameOf(route);

        // A policy that the route does not have is null, and costs nothing.
        Func<RouteHandler, RouteHandler>?[] order =
        [
            route.RateLimit is { } limits // before whatever costs more than counting
                ? Limit(name, kept.Get(name, limits, () => new RouteLimits(limits, clock))) : null,
            route.Splitting is { } split ? Split(split, kept) : null, // after what does not depend on where it goes, just before it goes there
        ];
        var handler = Answer(route, config);
        foreach (var step in order.Reverse())
        {
            handler = step?.Invoke(handler) ?? handler;
        }

        string[] methods = route.Compose is null ? [.. route.Methods.Select(method => method.ToUpperInvariant())] : [HttpMethods.Get];
        return new Route(Template(route), methods, handler);
    }

    private RouteHandler Answer(RouteConfig route, GatewayConfig config) => route.ByName
        ? new OutboundRoute(config, forwarder).HandleAsync
        : route.Compose is null
        ? new ForwardedRoute(route, config, forwarder).HandleAsync
        : new ComposedRoute(route, fetcher, config.Timeout, clock, loggers.CreateLogger<ComposedRoute>()).HandleAsync;

    private Func<RouteHandler, RouteHandler> Limit(string name, RouteLimits limits)
    {
        var logger = loggers.CreateLogger<RateLimitStep>();
        return next => new RateLimitStep(next, name, limits, clock, logger).HandleAsync;
    }

    // What tells a route from all others, in the words of its author.
    private static string NameOf(RouteConfig route) =>
        route.Methods.Count == 0 ? route.Path : $"{string.Join(',', route.Methods)} {route.Path}";

    private Func<RouteHandler, RouteHandler> Split(SplitConfig config, KeptState kept)
    {
        // Kept, and so are the weights that an operator gave it, until the split itself is configured otherwise.
        var split = kept.Get("split", config, () => new Split(config));
        return next => new SplitStep(split, random, next).HandleAsync;
    }

    private static PathTemplate Template(RouteConfig route) =>
        PathTemplate.TryParse(route.Path, out var template, out var error) ? template : throw new ArgumentException(error, nameof(route));
}
