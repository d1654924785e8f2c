using System.Diagnostics.CodeAnalysis;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Routing;

/// <summary>The values of a route's parameters as they came, still percent-encoded. Cut out of the path when somebody asks.</summary>
internal readonly record struct RouteValues(PathTemplate Template, RequestPath Path)
{
    /// <summary>Null when the route has no parameter of that name.</summary>
    public string? GetValueOrDefault(string name)
    {
        var segments = Template.Segments;
        for (var index = 0; index < segments.Count; index++)
        {
            if (segments[index].Kind != SegmentKind.Literal && segments[index].Text == name)
            {
                return Cut(index, segments[index].Kind == SegmentKind.CatchAll);
            }
        }

        return null;
    }

    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        value = GetValueOrDefault(name);
        return value is not null;
    }

    private string Cut(int index, bool all)
    {
        var rest = Path.Raw.AsSpan(1);
        for (; index > 0; index--)
        {
            var slash = rest.IndexOf('/');
            rest = slash < 0 ? default : rest[(slash + 1)..];
        }

        var end = all ? -1 : rest.IndexOf('/');
        return (end < 0 ? rest : rest[..end]).ToString();
    }
}
