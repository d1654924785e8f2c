using Portolan.Proxy.AccessLogs;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>Reads what a gateway is to do from YAML: the <c>gateway</c> section of a system's file, or a file of its own.</summary>
internal static class GatewayConfigReader
{
    /// <summary>The keys it understands, beside those of its surroundings.</summary>
    private static readonly string[] Known = ["routes", "services", "trust", "flags", "timeout", "connectTimeout", "limits", "faultInjection", "acceptCorrelation", "trustedHops", "cacheSize", "expose", "accessLog"];

    /// <summary>Reads and checks. Null, or problems added, when something is wrong.</summary>
    /// <param name="node">The mapping.</param>
    /// <param name="problems">Takes what is wrong, each with its place.</param>
    /// <param name="services">The services that routes may name; null when they are not known here.</param>
    /// <param name="also">Keys of the mapping that somebody else reads.</param>
    public static GatewayConfig? Read(YamlNode node, YamlProblems problems, IReadOnlyList<string>? services, params string[] also)
    {
        var fields = YamlFields.Of(node, "gateway", problems, [.. also, .. Known]);
        if (fields is null)
        {
            return null;
        }

        var upstreams = UpstreamReader.Read(fields.Node("services"), problems, services);
        var routes = new RouteReader(problems, services is null ? null : [.. services, .. upstreams.Select(upstream => upstream.Name).Except(services)]);
        var defaults = new GatewayConfig();
        var config = new GatewayConfig
        {
            Timeout = fields.Time("timeout") ?? defaults.Timeout,
            ConnectTimeout = fields.Time("connectTimeout") ?? defaults.ConnectTimeout,
            Limits = LimitsReader.Read(fields, problems),
            FaultInjection = fields.Flag("faultInjection"),
            AcceptCorrelation = fields.Flag("acceptCorrelation", defaults.AcceptCorrelation),
            TrustedHops = fields.Number("trustedHops", 0, 16) ?? 0,
            AccessLog = AccessLogReader.Read(fields, problems),
            Expose = fields.Node("expose") is null ? defaults.Expose : Exposed(fields, problems),
            CacheSize = fields.Size("cacheSize") ?? defaults.CacheSize,
            Services = upstreams,
            Trust = fields.Text("trust", "a file with certificates of authorities in PEM"),
            Flags = FlagReader.Read(fields, problems),
            Routes = [.. fields.List("routes", "a list of routes (- path: …)").Select(routes.Read).OfType<RouteConfig>()],
        };

        ReadingChecks.Add(config, node, problems);
        if (services is null)
        {
            CheckUnused(config, node, problems);
        }

        return config;
    }

    // The registry may know services that are not in the file; but one that is there for nobody, beside one of nearly its name, is a slip.
    private static void CheckUnused(GatewayConfig config, YamlNode node, YamlProblems problems)
    {
        // A name that is none has been told already.
        var used = config.Routes.SelectMany(route => route.Services.Append(route.Mirror?.Service)).OfType<string>().Where(name => !name.Any(char.IsAsciiLetterUpper)).Distinct().ToList();
        var known = config.Services.Select(service => service.Name).ToList();
        foreach (var unused in known.Except(used).Where(name => name != UpstreamConfig.All))
        {
            if (Nearest.To(unused, used.Except(known)) is { } slip)
            {
                problems.Add(YamlPlace.Of(node, $"services.{unused}"), $"no route uses the service '{unused}', but one uses '{slip}'; write the same name in both places.");
            }
        }
    }

    private static BackendFacts Exposed(YamlFields fields, YamlProblems problems)
    {
        var facts = BackendFacts.None;
        foreach (var word in fields.OneOrMore("expose", "served-by, backend-latency, or a list of both"))
        {
            facts |= word switch
            {
                "served-by" => BackendFacts.ServedBy,
                "backend-latency" => BackendFacts.BackendLatency,
                _ => BackendFacts.None,
            };
            if (word is not ("served-by" or "backend-latency"))
            {
                problems.Add(fields.PlaceOf("expose"), $"expected served-by or backend-latency in 'expose', found '{word}'.");
            }
        }

        return facts;
    }
}
