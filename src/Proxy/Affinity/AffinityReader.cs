using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Affinity;

/// <summary>Reads and checks <c>affinity</c> of a route: <c>cookie</c>, or a mapping.</summary>
internal static class AffinityReader
{
    public static AffinityConfig? Read(YamlFields route, YamlProblems problems)
    {
        if (route.Node("affinity") is not { } node
            || YamlFields.Of(node, "affinity", problems, "cookie", "header", "secure", "maxAge") is not { } fields)
        {
            return null;
        }

        if (fields.Node("cookie") is not null && fields.Node("header") is not null)
        {
            problems.Add(fields.PlaceOf("header"), "either a cookie or a header remembers the instance; remove one of the two.");
        }

        return new AffinityConfig
        {
            Cookie = fields.Text("cookie", "a cookie's name") ?? new AffinityConfig().Cookie,
            Header = fields.Text("header", "a header's name"),
            Secure = fields.Flag("secure"),
            MaxAge = fields.Time("maxAge"),
        };
    }

    public static void Check(AffinityConfig affinity, string where, bool composed, List<ConfigError> errors)
    {
        if (composed)
        {
            errors.Add(new ConfigError(where, "a composed route asks several services: there is no one instance to stay with."));
        }

        if (!HttpText.IsToken(affinity.Header ?? affinity.Cookie))
        {
            errors.Add(new ConfigError(where, $"'{affinity.Header ?? affinity.Cookie}' is no name of a cookie or header."));
        }

        if (affinity.MaxAge is { } age && (age < TimeSpan.FromSeconds(1) || age > TimeSpan.FromDays(365)))
        {
            errors.Add(new ConfigError(where + ".maxAge", "must be 1s to 365d."));
        }
    }
}
