using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Runtime;

/// <summary>Compiles a route: its policies in their one order around what answers. Done when a configuration is put in force, never for a request.</summary>
internal sealed class RouteChain(Forwarder forwarder, PartFetcher fetcher, CacheStore caches, TimeProvider clock, ILoggerFactory loggers)
{
    private readonly Flights flights = new();

    /// <summary>Makes the route ready. The configuration has been validated.</summary>
    public Route Build(RouteConfig route, GatewayConfig config, KeptState kept)
    {
        var name = NameOf(route);

        // A policy that the route does not have is null, and costs nothing.
        Func<RouteHandler, RouteHandler>?[] order =
        [
            route.RateLimit is { } limits // before whatever costs more than counting
                ? Limit(name, kept.Get(name, limits, () => new RouteLimits(limits, clock))) : null,
            config.Routes.Any(other => other.Cache is not null) // what one route writes, another one may have stored
                ? next => new CacheInvalidation(caches, next).HandleAsync : null,
            route.Cache is { } cache // before whatever an answer from the store can do without
                ? Cache(new RouteCache(cache, caches, kept.Get(name, route, () => new CachePartition(name, caches)), flights, clock)) : null,
        ];
        var handler = Answer(route, config);
        foreach (var step in order.Reverse())
        {
            handler = step?.Invoke(handler) ?? handler;
        }

        string[] methods = route.Compose is null ? [.. route.Methods.Select(method => method.ToUpperInvariant())] : [HttpMethods.Get];
        return new Route(Template(route), methods, handler);
    }

    private RouteHandler Answer(RouteConfig route, GatewayConfig config) => route.Compose is null
        ? new ForwardedRoute(route, forwarder).HandleAsync
        : new ComposedRoute(route, fetcher, config.Timeout, clock, loggers.CreateLogger<ComposedRoute>()).HandleAsync;

    private Func<RouteHandler, RouteHandler> Limit(string name, RouteLimits limits)
    {
        var logger = loggers.CreateLogger<RateLimitStep>();
        return next => new RateLimitStep(next, name, limits, clock, logger).HandleAsync;
    }

    private static Func<RouteHandler, RouteHandler> Cache(RouteCache cache) => next => new CacheStep(cache, next).HandleAsync;

    // What tells a route from all others, in the words of its author.
    private static string NameOf(RouteConfig route) =>
        route.Methods.Count == 0 ? route.Path : $"{string.Join(',', route.Methods)} {route.Path}";

    private static PathTemplate Template(RouteConfig route) =>
        PathTemplate.TryParse(route.Path, out var template, out var error) ? template : throw new ArgumentException(error, nameof(route));
}
