using Portolan.Proxy.Affinity;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Compression;
using Portolan.Proxy.Cors;
using Portolan.Proxy.FaultInjection;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Mirroring;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;
using Portolan.Proxy.Transforms;
using Portolan.Proxy.Versions;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>Reads one route; what a policy takes is read by the policy's own reader.</summary>
internal sealed class RouteReader(YamlProblems problems, IReadOnlyList<string>? services)
{
    private static readonly string[] Known =
    [
        "name", "host", "path", "methods", "headers", "query", "flag",
        "service", "rewrite", "timeout", "attempts", "compose",
        "faults", "limits", "rateLimit", "version", "cache", "cors", "affinity", "compression", "request", "response", "split", "strangler", "mirror",
    ];

    public RouteConfig? Read(YamlNode node)
    {
        var fields = YamlFields.Of(node, "a route", problems, Known);
        if (fields is null)
        {
            return null;
        }

        var path = fields.RequiredText("path", "a path like /orders/{id}") ?? "/";
        var name = fields.Text("name", "a name");
        return new RouteConfig
        {
            Name = name,
            Path = path,
            Methods = [.. fields.OneOrMore("methods", "a method, or a list like [GET, POST]").Select(method => method.ToUpperInvariant())],
            Hosts = [.. fields.OneOrMore("host", "a host like shop.example, or a list of them")],
            Headers = Conditions(fields, "headers"),
            Query = Conditions(fields, "query"),
            Flag = fields.Text("flag", "a flag's name"),
            Service = Service(fields),
            Rewrite = fields.Text("rewrite", "a path"),
            Timeout = fields.Time("timeout"),
            Attempts = fields.Number("attempts", 1, 10),
            Compose = fields.Node("compose") is { } compose ? Parts(compose) : null,
            Faults = FaultReader.Read(fields, problems),
            Limits = LimitsReader.OfRoute(fields, problems),
            RateLimit = RateLimitReader.Read(fields, problems),
            Cors = CorsReader.Read(fields, problems),
            Version = new VersionReader(problems, (fields, key) => Service(fields, key)).Read(fields),
            Affinity = AffinityReader.Read(fields, problems),
            Cache = fields.Node("cache") is { } cache ? CacheReader.Read(cache, problems) : null,
            Compression = CompressionReader.Read(fields, problems),
            Request = new TransformReader(problems).Request(fields),
            Response = new TransformReader(problems).Response(fields),
            Split = fields.Node("split") is { } split ? Splits.Split(split, name ?? path) : null,
            Mirror = fields.Node("mirror") is { } mirror ? new MirrorReader(problems, (fields, key) => Service(fields, key)).Read(mirror) : null,
            Strangler = fields.Node("strangler") is { } strangler ? Splits.Strangler(strangler, name ?? path) : null,
        };
    }

    /// <summary>The service that a field names; a problem when there is none of that name.</summary>
    public string? Service(YamlFields fields, string key = "service")
    {
        var name = fields.Text(key, "a service's name");
        if (name is not null && services is not null && !services.Contains(name))
        {
            var hint = Nearest.Hint(name, services);
            problems.Add(fields.PlaceOf(key), $"there is no service '{name}'" + (hint.Length > 0 ? hint : services.Count > 0 ? $"; there are {string.Join(", ", services)}." : "; 'services' of the system are none yet: add it there."));
        }

        return name;
    }

    private SplitReader Splits => new(problems, (fields, key) => Service(fields, key));

    // A star is no value that somebody sends to be told apart from others.
    private ConfigList<ValueCondition> Conditions(YamlFields fields, string key)
    {
        if (fields.Node(key) is not { } node || YamlFields.Entries(node, key, problems) is not { } entries)
        {
            return [];
        }

        var values = YamlFields.OfKnown(node, key, problems)!;
        return [.. entries
            .Select(entry => (Name: entry.Key, Value: values.Text(entry.Key, "a value, or \"*\" for any")))
            .Select(one => new ValueCondition(one.Name, one.Value == "*" ? null : one.Value))];
    }

    private ConfigList<PartConfig> Parts(YamlNode node) =>
        [.. (YamlFields.Entries(node, "compose", problems) ?? []).Select(entry => Part(entry.Key, entry.Value)).OfType<PartConfig>()];

    private PartConfig? Part(string name, YamlNode node)
    {
        var fields = YamlFields.Of(node, $"part '{name}'", problems, "service", "path", "each", "first", "optional", "timeout", "alternative", "stale", "default");
        return fields is null ? null : new PartConfig
        {
            Name = name,
            Service = Service(fields),
            Path = fields.Text("path", "a path like /orders/{id}"),
            Each = fields.Text("each", "a list of another part, like order.items"),
            First = fields.Text("first", "the name of a part that is a list"),
            Optional = fields.Flag("optional"),
            Alternative = Service(fields, "alternative"),
            Stale = fields.Time("stale"),
            Default = fields.Node("default") is { } standIn ? YamlJson.Of(standIn) : null,
            Timeout = fields.Time("timeout"),
        };
    }
}
