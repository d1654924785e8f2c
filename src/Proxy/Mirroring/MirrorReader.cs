using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Mirroring;

/// <summary>Reads the key <c>mirror</c> of a route.</summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="serviceOf">Reads the service that a field names.</param>
internal sealed class MirrorReader(YamlProblems problems, Func<YamlFields, string, string?> serviceOf)
{
    public MirrorConfig? Read(YamlNode node)
    {
        var fields = YamlFields.Of(
            node, "mirror", problems, "service", "share", "methods", "timeout", "concurrency", "queue", "maxBody", "stripCredentials", "compare");
        if (fields?.RequiredText("service", "the service that gets the copies") is null)
        {
            return null;
        }

        var defaults = new MirrorConfig { Service = "" };
        return new MirrorConfig
        {
            Service = serviceOf(fields, "service") ?? "",
            Share = fields.Share("share") ?? defaults.Share,
            Methods = fields.Node("methods") is null
                ? defaults.Methods
                : [.. fields.OneOrMore("methods", "a method, or a list like [GET, POST]").Select(method => method.ToUpperInvariant())],
            Timeout = fields.Time("timeout") ?? defaults.Timeout,
            Concurrency = fields.Number("concurrency", 1, 1000) ?? defaults.Concurrency,
            Queue = fields.Number("queue", 1, 100_000) ?? defaults.Queue,
            MaxBody = fields.Size("maxBody") ?? defaults.MaxBody,
            StripCredentials = fields.Flag("stripCredentials"),
            Compare = fields.Node("compare") is { } compare ? Compare(compare) : null,
        };
    }

    private CompareConfig? Compare(YamlNode node)
    {
        var fields = YamlFields.Of(node, "compare", problems, "headers", "ignore", "showValues");
        return fields is null ? null : new CompareConfig
        {
            Headers = [.. fields.OneOrMore("headers", "a header, or a list like [Content-Type]")],
            Ignore = [.. fields.OneOrMore("ignore", "a field, or a list like [meta.requestId, 'items[].updatedAt']")],
            ShowValues = fields.Flag("showValues"),
        };
    }
}
