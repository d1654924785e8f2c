using System.Diagnostics.CodeAnalysis;

namespace Portolan.Proxy.Templates;

/// <summary>What a segment of a path template takes; the better match has the smaller value.</summary>
internal enum SegmentKind
{
    Literal,
    Parameter,
    CatchAll,
}

/// <summary>One segment: the literal's text (decoded), or the parameter's name.</summary>
internal readonly record struct TemplateSegment(SegmentKind Kind, string Text);

/// <summary>Which paths a route takes: <c>/api/orders/{id}</c>, <c>/files/{**rest}</c>.</summary>
internal sealed class PathTemplate
{
    private readonly string text;

    private PathTemplate(string text, IReadOnlyList<TemplateSegment> segments)
    {
        this.text = text;
        Segments = segments;
        Names = [.. segments.Where(segment => segment.Kind != SegmentKind.Literal).Select(segment => segment.Text)];
        Shape = "/" + string.Join('/', segments.Select(ShapeOf));
    }

    public static PathTemplate Root { get; } = new("/", []);

    public IReadOnlyList<TemplateSegment> Segments { get; }

    /// <summary>Names of the parameters.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The template without the parameters' names: two of one shape match the same paths.</summary>
    public string Shape { get; }

    public static bool TryParse(string text, out PathTemplate template, [NotNullWhen(false)] out string? error)
    {
        template = Root;
        error = TemplateSyntax.Check(text);
        if (error is not null)
        {
            return false;
        }

        var segments = new List<TemplateSegment>();
        foreach (var part in text.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            error = Add(segments, part, text);
            if (error is not null)
            {
                return false;
            }
        }

        template = new PathTemplate(text, segments);
        return true;
    }

    public override string ToString() => text;

    private static string? Add(List<TemplateSegment> segments, string part, string text)
    {
        if (segments.Count > 0 && segments[^1].Kind == SegmentKind.CatchAll)
        {
            return $"'{text}': {{**{segments[^1].Text}}} takes all that remains, so it must be last.";
        }

        if (!part.Contains('{') && !part.Contains('}'))
        {
            segments.Add(new TemplateSegment(SegmentKind.Literal, Uri.UnescapeDataString(part)));
            return null;
        }

        var catchAll = part.StartsWith("{**", StringComparison.Ordinal);
        var name = part.Trim('{', '}').TrimStart('*');
        if (part != (catchAll ? $"{{**{name}}}" : $"{{{name}}}") || !TemplateSyntax.IsName(name))
        {
            return $"'{text}': '{part}' must be a literal, {{name}} or {{**name}}; a name is letters, digits and '_'.";
        }

        if (segments.Any(segment => segment.Kind != SegmentKind.Literal && segment.Text == name))
        {
            return $"'{text}' has {{{name}}} twice.";
        }

        segments.Add(new TemplateSegment(catchAll ? SegmentKind.CatchAll : SegmentKind.Parameter, name));
        return null;
    }

    private static string ShapeOf(TemplateSegment segment) => segment.Kind switch
    {
        SegmentKind.Literal => segment.Text,
        SegmentKind.Parameter => "{}",
        _ => "{**}",
    };
}
