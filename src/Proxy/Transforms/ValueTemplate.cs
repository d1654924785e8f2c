using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Transforms;

/// <summary>A value to write, with parameters of the route in it.</summary>
internal sealed class ValueTemplate
{
    private readonly string text;
    private readonly TextTemplate? template;

    public ValueTemplate(string text)
    {
        this.text = text;
        template = TextTemplate.TryParseValue(text, out var parsed, out _) && parsed.Holes.Count > 0 ? parsed : null;
    }

    /// <summary>With the parameters as they came, percent-encoded: so nothing in them can end a header's line.</summary>
    public string Raw(RouteMatch match) => template?.Fill(match.Values.GetValueOrDefault) ?? text;

    /// <summary>With the parameters decoded.</summary>
    public string Decoded(RouteMatch match) =>
        template?.Fill(name => match.Values.TryGetValue(name, out var value) ? Uri.UnescapeDataString(value) : null) ?? text;
}
