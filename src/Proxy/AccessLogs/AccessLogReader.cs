using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.AccessLogs;

/// <summary>Reads and checks <c>accessLog</c> of a gateway: <c>true</c>, or a mapping.</summary>
internal static class AccessLogReader
{
    public static AccessLogConfig? Read(YamlFields gateway, YamlProblems problems)
    {
        switch (gateway.Node("accessLog"))
        {
            case null:
                return null;
            case YamlScalarNode:
                return gateway.Flag("accessLog") ? new AccessLogConfig() : null;
            case var node:
                var fields = YamlFields.Of(node, "accessLog", problems, "share", "slow", "query");
                var defaults = new AccessLogConfig();
                return fields is null ? null : new AccessLogConfig
                {
                    Share = fields.Share("share") ?? defaults.Share,
                    Slow = fields.Time("slow") ?? defaults.Slow,
                    Query = fields.Flag("query"),
                };
        }
    }

    public static void Check(AccessLogConfig log, string where, List<ConfigError> errors)
    {
        if (log.Share is not (>= 0 and <= 1))
        {
            errors.Add(new ConfigError(where + ".share", "must be 0 to 1, or 0% to 100%."));
        }

        if (log.Slow <= TimeSpan.Zero)
        {
            errors.Add(new ConfigError(where + ".slow", "must be longer than nothing."));
        }
    }
}
