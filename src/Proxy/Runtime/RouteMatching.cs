using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;
using Portolan.Proxy.Versions;

namespace Portolan.Proxy.Runtime;

/// <summary>Which requests a route takes, made ready: apart from its chain, because one may ask about routes that nothing runs.</summary>
internal static class RouteMatching
{
    private static readonly RouteHandler Nothing = (_, _) => Task.CompletedTask;

    /// <summary>The routes of a configuration that answers nothing; it has been validated.</summary>
    public static RouteTable Table(GatewayConfig config) =>
        new(config.Routes.SelectMany(route => Of(route, Nothing, route.Cors is null ? null : Nothing)));

    /// <summary>The route, once for each path that it has. The configuration has been validated.</summary>
    public static IEnumerable<Route> Of(RouteConfig route, RouteHandler handler, RouteHandler? preflight)
    {
        if (route.Version?.HasPlainPath != false)
        {
            yield return Of(route, route.Path, null, handler, preflight);
        }

        foreach (var version in route.Version?.Path is null ? [] : route.Version.Versions)
        {
            yield return Of(route, route.Version!.Path!.Replace($"{{{VersionChoice.Hole}}}", version.Name, StringComparison.Ordinal), version.Name, handler, preflight);
        }
    }

    private static Route Of(RouteConfig route, string path, string? version, RouteHandler handler, RouteHandler? preflight)
    {
        string[] methods = route.Compose is null ? [.. route.Methods.Select(method => method.ToUpperInvariant())] : [HttpMethods.Get];
        return new Route(Template(path), methods, handler)
        {
            Name = route.Name,
            Version = version,
            Service = route.Service,
            Preflight = preflight,
            Hosts = route.Hosts,
            Conditions =
            [
                .. route.Headers.Select(header => new HeaderCondition(header.Name, header.Value)),
                .. route.Query.Select(parameter => new QueryCondition(parameter.Name, parameter.Value)),
                .. route.Flag is { } flag ? [new FlagCondition(flag)] : (RouteCondition[])[],
            ],
        };
    }

    private static PathTemplate Template(string path) =>
        PathTemplate.TryParse(path, out var template, out var error) ? template : throw new ArgumentException(error, nameof(path));
}
