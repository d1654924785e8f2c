using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Runtime;

/// <summary>Which requests a route takes, made ready: apart from its chain, because one may ask about routes that nothing runs.</summary>
internal static class RouteMatching
{
    private static readonly RouteHandler Nothing = (_, _) => Task.CompletedTask;

    /// <summary>The routes of a configuration that answers nothing; it has been validated.</summary>
    public static RouteTable Table(GatewayConfig config) =>
        new(config.Routes.Select(route => Of(route, Nothing, route.Cors is null ? null : Nothing)));

    /// <summary>The route. The configuration has been validated.</summary>
    public static Route Of(RouteConfig route, RouteHandler handler, RouteHandler? preflight)
    {
        string[] methods = route.Compose is null ? [.. route.Methods.Select(method => method.ToUpperInvariant())] : [HttpMethods.Get];
        return new Route(Template(route.Path), methods, handler)
        {
            Name = route.Name,
            Service = route.Service,
            Preflight = preflight,
            Hosts = route.Hosts,
            Conditions =
            [
                .. route.Headers.Select(header => new HeaderCondition(header.Name, header.Value)),
                .. route.Query.Select(parameter => new QueryCondition(parameter.Name, parameter.Value)),
            ],
        };
    }

    private static PathTemplate Template(string path) =>
        PathTemplate.TryParse(path, out var template, out var error) ? template : throw new ArgumentException(error, nameof(path));
}
