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
            Check(faults[index], index, $"{where}[{index}]", errors);
        }
    }

    private static void Check(FaultConfig fault, int index, string where, List<ConfigError> errors)
    {
        if (fault.Latency == TimeSpan.Zero && fault.Status is null && !fault.Abort)
        {
            errors.Add(new ConfigError(where, "a fault needs 'latency', 'status' or 'abort', or it would do nothing."));
            return;
        }

        if (fault.Status is not null && fault.Abort)
        {
            errors.Add(new ConfigError(where + ".abort", "a connection that is broken off has no status; remove 'abort' or 'status'."));
            return;
        }

        foreach (var (field, message) in fault.Rule(index).Errors())
        {
            var name = char.ToLowerInvariant(field[0]) + field[1..];
            errors.Add(new ConfigError($"{where}.{name}", $"'{name}' cannot be used: {char.ToLowerInvariant(message[0])}{message[1..]}"));
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
