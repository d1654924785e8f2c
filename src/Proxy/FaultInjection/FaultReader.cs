using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.FaultInjection;

/// <summary>Reads <c>faults</c> of a route, one or a list of them, and says what can be wrong with them.</summary>
internal static class FaultReader
{
    private const int Most = 100;

    public static ConfigList<FaultConfig>? Read(YamlFields route, YamlProblems problems)
    {
        if (route.Node("faults") is not { } node)
        {
            return null;
        }

        IEnumerable<YamlNode> faults = node is YamlSequenceNode list ? list.Children : [node];
        return new ConfigList<FaultConfig>([.. faults.Select(fault => Fault(fault, problems)).OfType<FaultConfig>()]);
    }

    public static void Check(ConfigList<FaultConfig> faults, string where, List<ConfigError> errors)
    {
        if (faults.Count is 0 or > Most)
        {
            errors.Add(new ConfigError(where, $"has {faults.Count} faults; give 1 to {Most}, or remove it."));
        }

        for (var index = 0; index < faults.Count; index++)
        {
            errors.AddRange(faults[index].Rule(index).Validate().Select(error => new ConfigError($"{where}[{index}]", error)));
        }
    }

    private static FaultConfig? Fault(YamlNode node, YamlProblems problems)
    {
        var fields = YamlFields.Of(node, "a fault", problems, "name", "latency", "status", "abort", "share", "header");
        return fields is null ? null : new FaultConfig
        {
            Name = fields.Text("name", "a name"),
            Latency = fields.Time("latency") ?? TimeSpan.Zero,
            Status = fields.Number("status", 400, 599),
            Abort = fields.Flag("abort"),
            Share = fields.Share("share") ?? 1,
            Header = fields.Text("header", "a header, as name or name=value"),
        };
    }
}
