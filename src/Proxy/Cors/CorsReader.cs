using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Cors;

/// <summary>Reads <c>cors</c> of a route.</summary>
internal static class CorsReader
{
    public static CorsConfig? Read(YamlFields route, YamlProblems problems)
    {
        if (route.Node("cors") is not { } node
            || YamlFields.Of(node, "cors", problems, "origins", "methods", "headers", "exposed", "credentials", "maxAge") is not { } fields)
        {
            return null;
        }

        var defaults = new CorsConfig { Origins = [] };
        return new CorsConfig
        {
            Origins = [.. fields.OneOrMore("origins", "origins such as https://shop.example")],
            Methods = [.. fields.OneOrMore("methods", "a list like [GET, POST]").Select(method => method.ToUpperInvariant())],
            Headers = [.. fields.OneOrMore("headers", "a list of headers")],
            Exposed = [.. fields.OneOrMore("exposed", "a list of headers")],
            Credentials = fields.Flag("credentials"),
            MaxAge = fields.Time("maxAge") ?? defaults.MaxAge,
        };
    }
}
