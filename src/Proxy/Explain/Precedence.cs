using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Explain;

/// <summary>Says in words why one route comes before another, and why one is not for a request: the order itself is the table's.</summary>
internal static class Precedence
{
    /// <summary>Why <paramref name="winner"/> is taken where both could be.</summary>
    public static string Why(Route winner, Route other, string host) =>
        OfHost(winner, other, host) ?? OfPath(winner.Template.Segments, other.Template.Segments) ?? OfConditions(winner, other)
        ?? "it stands first in the file";

    /// <summary>Segments of one kind: <c>a literal</c>.</summary>
    public static string Kind(TemplateSegment segment) => segment.Kind switch
    {
        SegmentKind.Literal => $"'{segment.Text}'",
        SegmentKind.Parameter => $"{{{segment.Text}}}",
        _ => $"{{**{segment.Text}}}",
    };

    private static string? OfHost(Route winner, Route other, string host)
    {
        var (mine, its) = (Best(winner, host), Best(other, host));
        return mine == its ? null
            : its.Length == 0 ? $"it names the host {mine}, and a route for a host comes first"
            : its[0] == '*' && mine[0] != '*' ? $"its host {mine} is the whole name, {its} is not"
            : $"its host {mine} is longer than {its}";
    }

    private static string Best(Route route, string host) => route.Hosts
        .Where(one => one[0] == '*' ? host.EndsWith(one[1..], StringComparison.OrdinalIgnoreCase) : one.Equals(host, StringComparison.OrdinalIgnoreCase))
        .OrderBy(one => one[0] == '*').ThenByDescending(one => one.Length)
        .FirstOrDefault("");

    private static string? OfPath(IReadOnlyList<TemplateSegment> winner, IReadOnlyList<TemplateSegment> other)
    {
        for (var index = 0; index < Math.Max(winner.Count, other.Count); index++)
        {
            if (index == winner.Count)
            {
                return $"its path ends where {Kind(other[index])} takes anything";
            }

            if (index < other.Count && winner[index].Kind != other[index].Kind)
            {
                return winner[index].Kind == SegmentKind.Literal
                    ? $"{Kind(winner[index])} says more than {Kind(other[index])}"
                    : $"{Kind(winner[index])} takes one segment, {Kind(other[index])} any number";
            }
        }

        return null;
    }

    private static string? OfConditions(Route winner, Route other)
    {
        if (winner.Methods.Count > 0 && other.Methods.Count == 0)
        {
            return "it names the method, the other takes all";
        }

        var (mine, its) = (winner.Conditions.Count(one => one.OfHeader), other.Conditions.Count(one => one.OfHeader));
        return mine > its ? "it asks for more headers"
            : winner.Conditions.Length > other.Conditions.Length ? "it asks for more of the query"
            : null;
    }
}
