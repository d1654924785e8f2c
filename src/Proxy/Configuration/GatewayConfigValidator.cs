using Portolan.Proxy.AccessLogs;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Configuration;

/// <summary>Finds everything that is wrong with a configuration at once.</summary>
internal static class GatewayConfigValidator
{
    public static IReadOnlyList<ConfigError> Validate(GatewayConfig config)
    {
        var errors = new List<ConfigError>();
        CheckLimits(config, errors);
        FlagReader.Check(config.Flags, errors);
        for (var index = 0; index < config.Routes.Count; index++)
        {
            RouteChecks.Check(config.Routes[index], config, $"routes[{index}]", errors);
            ComposeChecks.CheckTimes(config.Routes[index], config.CompositionTime, $"routes[{index}]", errors);
        }

        SplitChecks.CheckShared(
            [.. config.Routes.Select((route, index) => (route.Splitting, $"routes[{index}].{(route.Split is null ? "strangler.capability" : "split.name")}"))
                .Where(one => one.Splitting is not null).Select(one => (one.Splitting!, one.Item2))],
            errors);
        MatchChecks.CheckDuplicates(config.Routes, errors);
        CheckNames(config.Routes, errors);
        foreach (var upstream in config.Services)
        {
            UpstreamReader.Check(upstream, $"services.{upstream.Name}", errors);
        }

        return errors;
    }

    private static void CheckLimits(GatewayConfig config, List<ConfigError> errors)
    {
        LimitsChecks.Check(config.Limits, "limits", errors);
        if (config.TrustedHops is < 0 or > 16)
        {
            errors.Add(new ConfigError("trustedHops", "must be 0 to 16."));
        }

        if (config.CacheSize is < 64 * 1024 or > 1L << 40)
        {
            errors.Add(new ConfigError("cacheSize", "must be from 64KiB to 1024GiB."));
        }

        if (config.AccessLog is { } log)
        {
            AccessLogReader.Check(log, "accessLog", errors);
        }

        if (!Quantity.IsWait(config.Timeout))
        {
            errors.Add(new ConfigError("timeout", "must be longer than nothing, and at most a day (24h)."));
        }

        if (!Quantity.IsWait(config.ConnectTimeout))
        {
            errors.Add(new ConfigError("connectTimeout", "must be longer than nothing, and at most a day (24h)."));
        }
    }

    private static void CheckNames(ConfigList<RouteConfig> routes, List<ConfigError> errors)
    {
        var names = new Dictionary<string, int>();
        for (var index = 0; index < routes.Count; index++)
        {
            if (!names.TryAdd(routes[index].Name, index) && (routes[index].IsNamed || routes[names[routes[index].Name]].IsNamed))
            {
                errors.Add(new ConfigError($"routes[{index}].name", $"routes[{names[routes[index].Name]}] is called '{routes[index].Name}' too; names are unique."));
            }
        }
    }
}
