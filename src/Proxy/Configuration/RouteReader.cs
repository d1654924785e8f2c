using Portolan.Proxy.Caching;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>Reads one route; what a policy takes is read by the policy's own reader.</summary>
internal sealed class RouteReader(YamlProblems problems, IReadOnlyList<string>? services)
{
    private static readonly string[] Known = ["path", "methods", "service", "rewrite", "compose", "rateLimit", "cache"];

    public RouteConfig? Read(YamlNode node)
    {
        var fields = YamlFields.Of(node, "a route", problems, Known);
        if (fields is null)
        {
            return null;
        }

        return new RouteConfig
        {
            Path = fields.RequiredText("path", "a path like /orders/{id}") ?? "/",
            Methods = [.. fields.Texts("methods", "a list like [GET, POST]").Select(method => method.ToUpperInvariant())],
            Service = Service(fields),
            Rewrite = fields.Text("rewrite", "a path"),
            Compose = fields.Node("compose") is { } compose ? Parts(compose) : null,
            RateLimit = RateLimitReader.Read(fields, problems),
            Cache = fields.Node("cache") is { } cache ? CacheReader.Read(cache, problems) : null,
        };
    }

    /// <summary>The service that a field names; a problem when there is none of that name.</summary>
    public string? Service(YamlFields fields, string key = "service")
    {
        var name = fields.Text(key, "a service's name");
        if (name is not null && services is not null && !services.Contains(name))
        {
            var hint = Nearest.Hint(name, services);
            problems.Add(fields.PlaceOf(key), $"there is no service '{name}'" + (hint.Length > 0 ? hint : $"; there are {string.Join(", ", services)}."));
        }

        return name;
    }

    private List<PartConfig> Parts(YamlNode node) =>
        [.. (YamlFields.Entries(node, "compose", problems) ?? []).Select(entry => Part(entry.Key, entry.Value)).OfType<PartConfig>()];

    private PartConfig? Part(string name, YamlNode node)
    {
        var fields = YamlFields.Of(node, $"part '{name}'", problems, "service", "path", "each", "first", "optional");
        return fields is null ? null : new PartConfig
        {
            Name = name,
            Service = Service(fields),
            Path = fields.Text("path", "a path like /orders/{id}"),
            Each = fields.Text("each", "a list of another part, like order.items"),
            First = fields.Text("first", "the name of a part that is a list"),
            Optional = fields.Flag("optional"),
        };
    }
}
