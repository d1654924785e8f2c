using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Caching;

/// <summary>Reads the key <c>cache</c> of a route.</summary>
internal static class CacheReader
{
    private static readonly string[] Known =
    [
        "ttl", "negative", "staleWhileRevalidate", "staleIfError", "explicitOnly", "key", "stripCookies", "ignoreClients", "maxEntry", "collapseTimeout",
    ];

    public static CacheConfig? Read(YamlNode node, YamlProblems problems)
    {
        if (YamlFields.Of(node, "cache", problems, Known) is not { } fields)
        {
            return null;
        }

        var defaults = new CacheConfig();
        return new CacheConfig
        {
            TimeToLive = fields.Time("ttl"),
            Negative = fields.Time("negative"),
            StaleWhileRevalidate = fields.Time("staleWhileRevalidate") ?? defaults.StaleWhileRevalidate,
            StaleIfError = fields.Time("staleIfError") ?? defaults.StaleIfError,
            ExplicitOnly = fields.Flag("explicitOnly"),
            Key = [.. fields.OneOrMore("key", "a header, or a list like [X-Segment]")],
            StripCookies = fields.Flag("stripCookies"),
            IgnoreClients = fields.Flag("ignoreClients"),
            MaxEntry = fields.Size("maxEntry") ?? defaults.MaxEntry,
            CollapseTimeout = fields.Time("collapseTimeout") ?? defaults.CollapseTimeout,
        };
    }
}
