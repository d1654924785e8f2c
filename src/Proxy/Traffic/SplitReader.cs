using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Traffic;

/// <summary>Reads what divides a route's requests.</summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="serviceOf">Reads the service that a field names.</param>
internal sealed class SplitReader(YamlProblems problems, Func<YamlFields, string, string?> serviceOf)
{
    private const string Variants = "a list of variants (- { service: orders, weight: 90 })";

    /// <summary>A split, or in short the list of its variants.</summary>
    public SplitConfig? Split(YamlNode node, string route)
    {
        if (node is YamlSequenceNode list)
        {
            return new SplitConfig { Name = route, Variants = [.. list.Children.Select(Variant).OfType<VariantConfig>()] };
        }

        var fields = YamlFields.Of(node, "split", problems, "name", "variants", "by", "override", "show");
        return fields is null ? null : new SplitConfig
        {
            Name = fields.Text("name", "a name") ?? route,
            Variants = [.. fields.List("variants", Variants).Select(Variant).OfType<VariantConfig>()],
            Subject = Subject(fields, problems),
            Override = fields.Flag("override"),
            Show = fields.Flag("show"),
        };
    }

    public StranglerConfig? Strangler(YamlNode node, string route)
    {
        var fields = YamlFields.Of(node, "strangler", problems, "capability", "legacy", "modern", "mode", "percent", "by", "override", "show");
        if (fields is null)
        {
            return null;
        }

        fields.RequiredText("legacy", "the service that is the old system");
        fields.RequiredText("modern", "the service that takes over");
        return new StranglerConfig
        {
            Capability = fields.Text("capability", "a name") ?? route,
            Legacy = serviceOf(fields, "legacy") ?? "",
            Modern = serviceOf(fields, "modern") ?? "",
            Percent = Percent(fields),
            Subject = Subject(fields, problems),
            Override = fields.Flag("override"),
            Show = fields.Flag("show"),
        };
    }

    private VariantConfig? Variant(YamlNode node)
    {
        var fields = YamlFields.Of(node, "a variant", problems, "service", "name", "weight");
        if (fields?.RequiredText("service", "the service that answers") is null)
        {
            return null;
        }

        if (fields.Node("weight") is null)
        {
            problems.Add(fields.Place, "a variant needs 'weight': its share, a whole number; 0 for none yet.");
        }

        var service = serviceOf(fields, "service") ?? "";
        return new VariantConfig(fields.Text("name", "a name") ?? service, service, fields.Number("weight", 0, VariantConfig.MaximumWeight) ?? 0);
    }

    private int Percent(YamlFields fields)
    {
        var percent = fields.Number("percent", 0, 100);
        var mode = fields.Text("mode", "legacy, modern or percent") ?? (percent is null ? "legacy" : "percent");
        switch (mode)
        {
            case "legacy" or "modern" when percent is not null:
                problems.Add(fields.PlaceOf("percent"), $"'percent' counts only in mode percent; remove it, or write mode: percent in place of {mode}.");
                return 0;
            case "legacy":
                return 0;
            case "modern":
                return 100;
            case "percent" when percent is null:
                problems.Add(fields.PlaceOf("mode"), "mode percent needs 'percent': how many of a hundred subjects the new service answers.");
                return 0;
            case "percent":
                return percent.Value;
            default:
                problems.Add(fields.PlaceOf("mode"), $"expected legacy, modern or percent as 'mode', found '{mode}'.");
                return 0;
        }
    }

    /// <summary>Who stays with what: <c>by</c>.</summary>
    public static SubjectConfig Subject(YamlFields fields, YamlProblems problems)
    {
        const string expected = "cookie, cookie <name>, header <name> or address";
        switch (fields.Text("by", expected)?.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case null or ["cookie"]:
                return SubjectConfig.Default;
            case ["cookie", var name]:
                return new SubjectConfig(SubjectKind.Cookie, name);
            case ["header", var name]:
                return new SubjectConfig(SubjectKind.Header, name);
            case ["address"]:
                return new SubjectConfig(SubjectKind.Address, "");
            case var other:
                problems.Add(fields.PlaceOf("by"), $"expected {expected} as 'by', found '{string.Join(' ', other)}'.");
                return SubjectConfig.Default;
        }
    }
}
