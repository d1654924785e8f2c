using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Routing;

/// <summary>All routes, the most specific first: a literal segment beats a parameter, that beats a catch-all.</summary>
internal sealed class RouteTable(IEnumerable<Route> routes)
{
    private readonly Route[] ordered = [.. routes.Order(Comparer<Route>.Create(Compare))];

    /// <summary>The match; or null, with the methods that the path would take (none when no route has the path).</summary>
    public RouteMatch? Find(string method, RequestPath path, out IReadOnlyList<string> allowed)
    {
        allowed = [];
        List<string>? others = null;
        foreach (var route in ordered)
        {
            if (!Matches(route.Template, path))
            {
                continue;
            }

            if (route.Takes(method))
            {
                return new RouteMatch(route, path, Values(route.Template, path));
            }

            (others ??= []).AddRange(route.Methods);
        }

        allowed = others is null ? [] : [.. others.SelectMany(WithHead).Distinct().Order()];
        return null;
    }

    private static IEnumerable<string> WithHead(string method) => method == HttpMethods.Get ? [method, HttpMethods.Head] : [method];

    private static bool Matches(PathTemplate template, RequestPath path)
    {
        var segments = template.Segments;
        for (var index = 0; index < segments.Count; index++)
        {
            if (segments[index].Kind == SegmentKind.CatchAll)
            {
                return true;
            }

            if (index == path.Segments.Count
                || (segments[index].Kind == SegmentKind.Literal && segments[index].Text != path.Segments[index]))
            {
                return false;
            }
        }

        return segments.Count == path.Segments.Count;
    }

    private static Dictionary<string, string> Values(PathTemplate template, RequestPath path)
    {
        var values = new Dictionary<string, string>(template.Names.Count);
        for (var index = 0; index < template.Segments.Count; index++)
        {
            var segment = template.Segments[index];
            if (segment.Kind != SegmentKind.Literal)
            {
                values[segment.Text] = segment.Kind == SegmentKind.Parameter
                    ? path.RawSegments[index]
                    : string.Join('/', path.RawSegments.Skip(index)) + (path.Raw.Length > 1 && path.Raw.EndsWith('/') ? "/" : "");
            }
        }

        return values;
    }

    private static int Compare(Route one, Route other)
    {
        var (left, right) = (one.Template.Segments, other.Template.Segments);
        for (var index = 0; index < Math.Min(left.Count, right.Count); index++)
        {
            if (left[index].Kind != right[index].Kind)
            {
                return left[index].Kind.CompareTo(right[index].Kind);
            }
        }

        // A catch-all also takes nothing, so the shorter template is the more specific one.
        return left.Count.CompareTo(right.Count);
    }
}
