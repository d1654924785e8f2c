using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Compression;

/// <summary>Reads and checks <c>compression</c> of a route: <c>true</c>, or a mapping.</summary>
internal static class CompressionReader
{
    private static readonly string[] Known = ["br", "gzip"];

    public static CompressionConfig? Read(YamlFields route, YamlProblems problems)
    {
        switch (route.Node("compression"))
        {
            case null:
                return null;
            case YamlScalarNode:
                return route.Flag("compression") ? new CompressionConfig() : null;
            case var node:
                var fields = YamlFields.Of(node, "compression", problems, "types", "minSize", "encodings");
                var defaults = new CompressionConfig();
                return fields is null ? null : new CompressionConfig
                {
                    Types = fields.Node("types") is null ? defaults.Types : [.. fields.OneOrMore("types", "a list of media types, like [text/*, application/json]")],
                    MinSize = fields.Size("minSize") ?? defaults.MinSize,
                    Encodings = fields.Node("encodings") is null ? defaults.Encodings : [.. fields.OneOrMore("encodings", "a list of br and gzip")],
                };
        }
    }

    public static void Check(CompressionConfig compression, string where, List<ConfigError> errors)
    {
        foreach (var type in compression.Types.Where(type => type.Split('/') is not [{ Length: > 0 }, { Length: > 0 }] || type.StartsWith('*')))
        {
            errors.Add(new ConfigError(where + ".types", $"'{type}' is no media type; write one like text/* or application/json."));
        }

        foreach (var encoding in compression.Encodings.Where(encoding => !Known.Contains(encoding)))
        {
            errors.Add(new ConfigError(where + ".encodings", $"'{encoding}' is neither br nor gzip."));
        }

        if (compression.Encodings.Count == 0 || compression.Types.Count == 0)
        {
            errors.Add(new ConfigError(where, "compresses nothing without 'types' and 'encodings'; remove it, or leave these lists out for the usual ones."));
        }

        if (compression.MinSize < 0)
        {
            errors.Add(new ConfigError(where + ".minSize", "must be 0 or more."));
        }
    }
}
