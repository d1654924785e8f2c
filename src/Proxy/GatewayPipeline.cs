using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy;

/// <summary>The whole way of a request through the gateway.</summary>
internal sealed class GatewayPipeline(GatewayConfig config, Forwarder forwarder, PartFetcher fetcher, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Puts the steps together.</summary>
    public RequestDelegate Build()
    {
        var steps = new GatewaySteps(config, new RouteTable(config.Routes.Select(Compile)));
        Func<RequestDelegate, RequestDelegate>[] order =
        [
            GatewaySteps.RefuseUpgrades, // first: a connection that stops being HTTP would pass by everything below
            steps.LimitBody,             // before anybody reads: what is declared too large costs nothing
            GatewaySteps.ParsePath,      // once, so that routing, guarding and forwarding see the same path
            _ => steps.RouteAsync,       // last: forwards or composes, as the route says
        ];
        RequestDelegate pipeline = _ => Task.CompletedTask;
        foreach (var step in order.Reverse())
        {
            pipeline = step(pipeline);
        }

        return pipeline;
    }

    private Route Compile(RouteConfig route)
    {
        if (!PathTemplate.TryParse(route.Path, out var template, out var error))
        {
            throw new ArgumentException(error, nameof(route));
        }

        if (route.Compose is null)
        {
            string[] methods = [.. route.Methods.Select(method => method.ToUpperInvariant())];
            return new Route(template, methods, new ForwardedRoute(route, forwarder).HandleAsync);
        }

        var composed = new ComposedRoute(route, fetcher, config.Timeout, clock, loggers.CreateLogger<ComposedRoute>());
        return new Route(template, [HttpMethods.Get], composed.HandleAsync);
    }
}
