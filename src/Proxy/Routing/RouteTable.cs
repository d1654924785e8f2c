using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Routing;

/// <summary>
/// All routes. An exact host beats a wildcard, a longer wildcard a shorter; then the more specific path; of one path a route with
/// methods beats one for all, more conditions on headers beat fewer, then more on the query, then the order of the file.
/// </summary>
internal sealed class RouteTable
{
    private readonly RouteNode anyHost = new();
    private readonly Dictionary<string, RouteNode> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, RouteNode>.AlternateLookup<ReadOnlySpan<char>> byHost;

    public RouteTable(IEnumerable<Route> routes)
    {
        byHost = hosts.GetAlternateLookup<ReadOnlySpan<char>>();

        // Sorting is stable: what is equal stays in the order of the file.
        var ordered = routes
            .OrderBy(route => route.Methods.Count == 0)
            .ThenByDescending(route => route.Conditions.Count(condition => condition.OfHeader))
            .ThenByDescending(route => route.Conditions.Length);
        foreach (var route in ordered)
        {
            foreach (var host in route.Hosts)
            {
                // Of *.shop.example the key is .shop.example, which no request's host can be.
                At(host.TrimStart('*')).Add(route);
            }

            if (route.Hosts.Count == 0)
            {
                anyHost.Add(route);
            }
        }
    }

    /// <summary>The match; or null, when no route takes the request.</summary>
    public RouteMatch? Find(HttpRequest request, RequestPath path)
    {
        var remaining = path.Raw.AsSpan().Trim('/');
        var route = (hosts.Count == 0 ? null : FindAtHost(remaining, request, path)) ?? anyHost.Find(remaining, request, path);
        return route is null ? null : new RouteMatch(route, path, new RouteValues(route.Template, path));
    }

    /// <summary>All routes that have host and path of the request, the better match first.</summary>
    public IEnumerable<Route> Candidates(HttpRequest request, RequestPath path)
    {
        var remaining = path.Raw.Trim('/');
        var found = new List<Route>();
        for (var host = NameOf(request); host.Length > 0; host = Parent(host))
        {
            if (byHost.TryGetValue(host, out var node))
            {
                found.AddRange(node.All(remaining, path));
            }
        }

        found.AddRange(anyHost.All(remaining, path));
        return found;
    }

    /// <summary>The methods that would have found a route; empty when none would.</summary>
    public IReadOnlyList<string> Allowed(HttpRequest request, RequestPath path) =>
        [.. Candidates(request, path)
            .Where(route => route.Holds(request, path))
            .SelectMany(route => route.Methods)
            .SelectMany<string, string>(method => HttpMethods.IsGet(method) ? [method, HttpMethods.Head] : [method])
            .Distinct()
            .Order()];

    private static ReadOnlySpan<char> NameOf(HttpRequest request)
    {
        var host = request.Host.Value.AsSpan();
        var port = host.LastIndexOf(':');
        if (port >= 0 && host[port..].IndexOf(']') < 0)
        {
            host = host[..port];
        }

        return host.TrimEnd('.');
    }

    // a.shop.example, then .shop.example, then .example: each longer wildcard before the shorter.
    private static ReadOnlySpan<char> Parent(ReadOnlySpan<char> host)
    {
        var dot = host[1..].IndexOf('.');
        return dot < 0 ? default : host[(dot + 1)..];
    }

    private Route? FindAtHost(ReadOnlySpan<char> remaining, HttpRequest request, RequestPath path)
    {
        for (var host = NameOf(request); host.Length > 0; host = Parent(host))
        {
            if (byHost.TryGetValue(host, out var node) && node.Find(remaining, request, path) is { } route)
            {
                return route;
            }
        }

        return null;
    }

    private RouteNode At(string host) => hosts.TryGetValue(host, out var node) ? node : hosts[host] = new RouteNode();
}
