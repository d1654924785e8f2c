using Portolan.Proxy.Settings;
using Portolan.Proxy.Upstreams;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.RateLimits;

/// <summary>What can be wrong with the rate limits of a route.</summary>
internal static class RateLimitChecks
{
    private const int Most = 32;

    /// <param name="limits">Of one route.</param>
    /// <param name="trusts">True where proxies of one's own stand in front.</param>
    /// <param name="where">Path of them in the file.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(ConfigList<RateLimitConfig> limits, bool trusts, string where, List<ConfigError> errors)
    {
        if (limits.Count is 0 or > Most)
        {
            errors.Add(new ConfigError(where, $"has {limits.Count} limits; give 1 to {Most}, or remove it."));
        }

        var names = new HashSet<string>();
        for (var index = 0; index < limits.Count; index++)
        {
            Check(limits[index], $"{where}[{index}]", errors);
            if (!trusts && RateLimitKey.HeaderOf(limits[index].By) is { } header && RequestHeaders.IsWritten(header))
            {
                errors.Add(new ConfigError($"{where}[{index}].by", $"'{limits[index].By}' goes by {header}, which any client can write: let a proxy of yours set it and say so with 'trustedHops', or count by ip or by a header with a secret, such as header:X-API-Key."));
            }

            if (!names.Add(limits[index].Options.Name))
            {
                errors.Add(new ConfigError($"{where}[{index}]", $"two limits are called '{limits[index].Options.Name}'; give one of them another 'name'."));
            }
        }
    }

    private static void Check(RateLimitConfig limit, string where, List<ConfigError> errors)
    {
        var before = errors.Count;
        Require(limit.Limit >= 1, ".limit", "must be at least 1.");
        Require(limit.Window > TimeSpan.Zero && limit.Window <= TimeSpan.FromDays(1), ".window", "must be longer than nothing, and at most a day (24h).");
        Require(limit.Burst is null || HasBurst(limit.Algorithm), ".burst", "is for token-bucket, leaky-bucket and gcra; remove 'burst', or choose one of them as 'algorithm'.");
        if (RateLimitKey.Check(limit.By) is { } fault)
        {
            errors.Add(new ConfigError(where + ".by", fault));
        }

        if (errors.Count == before)
        {
            errors.AddRange(limit.Options.Validate().Select(error => new ConfigError(where, error)));
        }

        void Require(bool holds, string field, string otherwise)
        {
            if (!holds)
            {
                errors.Add(new ConfigError(where + field, otherwise));
            }
        }
    }

    private static bool HasBurst(LimitAlgorithm algorithm) =>
        algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra;
}
