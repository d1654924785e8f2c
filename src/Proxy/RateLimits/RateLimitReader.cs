using Portolan.Proxy.Settings;
using Portolan.Resilience.RateLimiting;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.RateLimits;

/// <summary>Reads <c>rateLimit</c>: one limit, or a list of them.</summary>
internal static class RateLimitReader
{
    private static readonly (string Word, LimitAlgorithm Value)[] Algorithms =
    [
        ("sliding-counter", LimitAlgorithm.SlidingCounter), ("sliding-log", LimitAlgorithm.SlidingLog), ("fixed-window", LimitAlgorithm.FixedWindow),
        ("token-bucket", LimitAlgorithm.TokenBucket), ("leaky-bucket", LimitAlgorithm.LeakyBucket), ("gcra", LimitAlgorithm.Gcra),
    ];

    public static ConfigList<RateLimitConfig>? Read(YamlFields route, YamlProblems problems)
    {
        if (route.Node("rateLimit") is not { } node)
        {
            return null;
        }

        IEnumerable<YamlNode> limits = node is YamlSequenceNode list ? list.Children : [node];
        return new ConfigList<RateLimitConfig>([.. limits.Select(limit => Limit(limit, problems)).OfType<RateLimitConfig>()]);
    }

    private static RateLimitConfig? Limit(YamlNode node, YamlProblems problems)
    {
        var fields = YamlFields.Of(node, "a rate limit", problems, "name", "limit", "window", "algorithm", "burst", "by", "dryRun");
        if (fields?.RequiredText("limit", "how many requests are let through in the window") is null)
        {
            return null;
        }

        var defaults = new RateLimitConfig { Limit = 1 };
        return new RateLimitConfig
        {
            Name = fields.Text("name", "a name"),
            Limit = fields.Number("limit", 1, int.MaxValue) ?? 1,
            Window = fields.Time("window") ?? defaults.Window,
            Algorithm = fields.Choice("algorithm", Algorithms) ?? defaults.Algorithm,
            Burst = fields.Number("burst", 1, int.MaxValue),
            By = fields.Text("by", "ip, user, route or header:X-API-Key") ?? defaults.By,
            DryRun = fields.Flag("dryRun"),
        };
    }
}
