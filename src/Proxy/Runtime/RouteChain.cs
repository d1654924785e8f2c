using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Runtime;

/// <summary>Compiles a route: its policies in their one order around what answers. Done when a configuration is put in force, never for a request.</summary>
internal sealed class RouteChain(Forwarder forwarder, PartFetcher fetcher, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Makes the route ready. The configuration has been validated.</summary>
    public Route Build(RouteConfig route, GatewayConfig config, KeptState kept)
    {
        // A policy that the route does not have is null, and costs nothing.
        Func<RouteHandler, RouteHandler>?[] order =
        [
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
        ? new ForwardedRoute(route, config, forwarder).HandleAsync
        : new ComposedRoute(route, fetcher, config.Timeout, clock, loggers.CreateLogger<ComposedRoute>()).HandleAsync;

    private static PathTemplate Template(RouteConfig route) =>
        PathTemplate.TryParse(route.Path, out var template, out var error) ? template : throw new ArgumentException(error, nameof(route));
}
