using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Explain;

/// <summary>Which routes somebody may have meant whose request takes none.</summary>
internal static class NearRoutes
{
    private const int Shown = 3;

    /// <summary>The nearest first: those that differ from the path in the least.</summary>
    public static IReadOnlyList<OtherRoute> Of(GatewayConfig config, RequestPath path, string host)
    {
        string[] segments = [.. path.Raw.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return [.. config.Routes
            .Select((route, index) => (Route: route, Place: $"routes[{index}]", Found: Compare(route, segments, host)))
            .Where(one => one.Found.Why is not null)
            .OrderByDescending(one => one.Found.Alike)
            .Take(Shown)
            .Select(one => new OtherRoute(one.Route, one.Place, Takes: false, one.Found.Why!))];
    }

    // Likeness is in segments: one that is nearly right counts half.
    private static (double Alike, string? Why) Compare(RouteConfig route, string[] path, string host)
    {
        if (!PathTemplate.TryParse(route.Path, out var template, out _))
        {
            return default;
        }

        var alike = 0.0;
        string? why = null;
        for (var index = 0; index < template.Segments.Count; index++)
        {
            var segment = template.Segments[index];
            if (segment.Kind == SegmentKind.CatchAll)
            {
                return Result(alike, why, route, host);
            }

            if (index >= path.Length)
            {
                return (alike, alike > 0 ? why ?? $"the path ends before {Precedence.Kind(segment)}" : null);
            }

            if (segment.Kind == SegmentKind.Parameter || segment.Text == path[index])
            {
                alike += segment.Kind == SegmentKind.Literal ? 1 : 0.5;
            }
            else if (why is null && Nearest.To(path[index], [segment.Text]) is not null)
            {
                (alike, why) = (alike + 0.5, $"it has '{segment.Text}' where the path has '{path[index]}'");
            }
            else
            {
                return default;
            }
        }

        return path.Length > template.Segments.Count
            ? (alike - 0.5, alike > 0 && why is null ? $"it ends before '{path[template.Segments.Count]}'" : null)
            : Result(alike, why, route, host);
    }

    private static (double Alike, string? Why) Result(double alike, string? why, RouteConfig route, string host) =>
        (alike, why ?? (route.Hosts.Count > 0 ? $"it is for the host {string.Join(", ", route.Hosts)}, not {host}" : null));
}
