using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Limits;

/// <summary>What can be wrong with limits.</summary>
internal static class LimitsChecks
{
    public const int MostHeaders = 10_000;
    public const int MostStreams = 10_000;

    // The server holds both in one buffer of a megabyte.
    private const int MostUri = 256 * 1024;
    private const int MostHeaderBytes = 512 * 1024;

    // The server looks at its clients once a second.
    private static readonly TimeSpan ShortestGrace = TimeSpan.FromSeconds(1.1);

    public static void Check(LimitsConfig limits, string where, List<ConfigError> errors)
    {
        (bool Holds, string Field, string Otherwise)[] rules =
        [
            (limits.Body > 0, "body", "must be at least 1 byte."),
            (limits.Uri is >= 64 and <= MostUri, "uri", "must be from 64B to 256KiB."),
            (limits.Headers is >= 256 and <= MostHeaderBytes, "headers", "must be from 256B to 512KiB."),
            (limits.HeaderCount is >= 1 and <= MostHeaders, "headerCount", $"must be from 1 to {MostHeaders}."),
            (Quantity.IsWait(limits.HeaderTime), "headerTime", "must be longer than nothing, and at most a day (24h)."),
            (limits.BodyRate >= 0, "bodyRate", "must be 0 or more bytes a second."),
            (limits.AnswerRate >= 0, "answerRate", "must be 0 or more bytes a second."),
            (limits.Grace >= ShortestGrace, "grace", "must be at least 1.1s: clients are looked at once a second."),
            (Quantity.IsWait(limits.Idle), "idle", "must be longer than nothing, and at most a day (24h)."),
            (limits.Connections is null or > 0, "connections", "must be at least 1; remove it for any number."),
            (limits.Streams is >= 1 and <= MostStreams, "streams", $"must be from 1 to {MostStreams}."),
        ];
        errors.AddRange(from rule in rules where !rule.Holds select new ConfigError($"{where}.{rule.Field}", rule.Otherwise));
    }

    public static void Check(RouteLimitsConfig limits, LimitsConfig gateway, string where, List<ConfigError> errors)
    {
        (bool Holds, string Field, string Otherwise)[] rules =
        [
            (limits.Body is null or > 0, "body", "must be at least 1 byte."),
            (limits.Uri is null || (limits.Uri > 0 && limits.Uri <= gateway.Uri), "uri", $"must be from 1B to the gateway's {Quantity.Write((long)gateway.Uri)}; raise that with 'limits' beside 'routes'."),
            (limits.Headers is null || (limits.Headers > 0 && limits.Headers <= gateway.Headers), "headers",
                $"must be from 1B to the gateway's {Quantity.Write((long)gateway.Headers)}; raise that with 'limits' beside 'routes'."),
            (limits.HeaderCount is null || (limits.HeaderCount > 0 && limits.HeaderCount <= gateway.HeaderCount), "headerCount",
                $"must be from 1 to the gateway's {gateway.HeaderCount}; raise that with 'limits' beside 'routes'."),
            (limits.BodyRate is null or >= 0, "bodyRate", "must be 0 or more bytes a second."),
            (limits != new RouteLimitsConfig(), "body", "is nothing that differs from the gateway's; give a limit, or remove 'limits'."),
        ];
        errors.AddRange(from rule in rules where !rule.Holds select new ConfigError($"{where}.{rule.Field}", rule.Otherwise));
    }
}
