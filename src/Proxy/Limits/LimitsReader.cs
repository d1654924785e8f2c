using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Limits;

/// <summary>Reads <c>limits</c> of a gateway and of a route.</summary>
internal static class LimitsReader
{
    /// <summary>What a gateway takes; the defaults where it does not say.</summary>
    public static LimitsConfig Read(YamlFields gateway, YamlProblems problems)
    {
        var defaults = new LimitsConfig();
        if (gateway.Node("limits") is not { } node
            || YamlFields.Of(
                node, "limits", problems, "body", "uri", "headers", "headerCount", "headerTime", "bodyRate", "answerRate", "grace", "idle", "connections", "streams") is not { } fields)
        {
            return defaults;
        }

        return new LimitsConfig
        {
            Body = fields.Size("body") ?? defaults.Body,
            Uri = Bytes(fields, "uri") ?? defaults.Uri,
            Headers = Bytes(fields, "headers") ?? defaults.Headers,
            HeaderCount = fields.Number("headerCount", 1, LimitsChecks.MostHeaders) ?? defaults.HeaderCount,
            HeaderTime = fields.Time("headerTime") ?? defaults.HeaderTime,
            BodyRate = Bytes(fields, "bodyRate") ?? defaults.BodyRate,
            AnswerRate = Bytes(fields, "answerRate") ?? defaults.AnswerRate,
            Grace = fields.Time("grace") ?? defaults.Grace,
            Idle = fields.Time("idle") ?? defaults.Idle,
            Connections = fields.Number("connections", 1, int.MaxValue),
            Streams = fields.Number("streams", 1, LimitsChecks.MostStreams) ?? defaults.Streams,
        };
    }

    /// <summary>Where a route differs; null where it does not.</summary>
    public static RouteLimitsConfig? OfRoute(YamlFields route, YamlProblems problems)
    {
        if (route.Node("limits") is not { } node || YamlFields.Of(node, "limits of a route", problems, "body", "uri", "headers", "headerCount", "bodyRate") is not { } fields)
        {
            return null;
        }

        return new RouteLimitsConfig
        {
            Body = fields.Size("body"),
            Uri = Bytes(fields, "uri"),
            Headers = Bytes(fields, "headers"),
            HeaderCount = fields.Number("headerCount", 1, LimitsChecks.MostHeaders),
            BodyRate = Bytes(fields, "bodyRate"),
        };
    }

    // What is out of all reason is told by the checks.
    private static int? Bytes(YamlFields fields, string key) => fields.Size(key) is { } size ? (int)Math.Min(size, int.MaxValue) : null;
}
