using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Routing;

/// <summary>
/// Routes by the segments of their paths. A request goes down one segment at a time, so it costs what its path is long, however
/// many routes there are. On the way a literal is tried before a parameter and that before a catch-all.
/// </summary>
internal sealed class RouteNode
{
    private readonly Dictionary<string, RouteNode> literals = [];
    private readonly Dictionary<string, RouteNode>.AlternateLookup<ReadOnlySpan<char>> spans;
    private RouteNode? parameter;
    private Route[] ends = [];
    private Route[] catchAlls = [];

    public RouteNode() => spans = literals.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds a route; those of one path in the order in which they are tried.</summary>
    public void Add(Route route)
    {
        var node = this;
        foreach (var segment in route.Template.Segments)
        {
            if (segment.Kind == SegmentKind.CatchAll)
            {
                node.catchAlls = [.. node.catchAlls, route];
                return;
            }

            node = segment.Kind == SegmentKind.Parameter ? node.parameter ??= new RouteNode() : node.Literal(segment.Text);
        }

        node.ends = [.. node.ends, route];
    }

    /// <summary>The route for what remains of the path, without slashes at its ends; null when there is none.</summary>
    public Route? Find(ReadOnlySpan<char> remaining, HttpRequest request, RequestPath path)
    {
        if (remaining.IsEmpty)
        {
            return Pick(ends, request, path) ?? Pick(catchAlls, request, path);
        }

        var slash = remaining.IndexOf('/');
        var rest = slash < 0 ? default : remaining[(slash + 1)..];
        var literal = literals.Count == 0 ? null : Literal(slash < 0 ? remaining : remaining[..slash], path);
        return literal?.Find(rest, request, path)
            ?? parameter?.Find(rest, request, path)
            ?? Pick(catchAlls, request, path);
    }

    /// <summary>All routes that have the path, whatever else they ask for, the better match first.</summary>
    public IEnumerable<Route> All(string remaining, RequestPath path)
    {
        if (remaining.Length == 0)
        {
            return ends.Concat(catchAlls);
        }

        var slash = remaining.IndexOf('/');
        var rest = slash < 0 ? "" : remaining[(slash + 1)..];
        var literal = Literal(slash < 0 ? remaining : remaining.AsSpan(0, slash), path);
        return (literal?.All(rest, path) ?? []).Concat(parameter?.All(rest, path) ?? []).Concat(catchAlls);
    }

    private static Route? Pick(Route[] routes, HttpRequest request, RequestPath path)
    {
        foreach (var route in routes)
        {
            if (route.Takes(request.Method) && route.Holds(request, path))
            {
                return route;
            }
        }

        return null;
    }

    // The text of a segment is compared decoded: %6Frders is orders.
    private RouteNode? Literal(ReadOnlySpan<char> segment, RequestPath path) =>
        path.IsEncoded && segment.Contains('%')
            ? literals.GetValueOrDefault(Uri.UnescapeDataString(segment.ToString()))
            : spans.TryGetValue(segment, out var node) ? node : null;

    private RouteNode Literal(string text) => literals.TryGetValue(text, out var node) ? node : literals[text] = new RouteNode();
}
