using System.Globalization;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Versions;

/// <summary>Reads <c>version</c> of a route.</summary>
internal sealed class VersionReader(YamlProblems problems, Func<YamlFields, string, string?> service)
{
    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK"];

    public VersioningConfig? Read(YamlFields route) =>
        route.Node("version") is { } node && YamlFields.Of(node, "version", problems, "path", "header", "mediaType", "default", "versions") is { } fields
            ? new VersioningConfig
            {
                Path = fields.Text("path", "a path like /{version}/orders/{id}"),
                Header = fields.Text("header", "a header like X-API-Version"),
                MediaType = fields.Text("mediaType", "a media type like application/vnd.shop.{version}+json"),
                Default = fields.Text("default", "the name of a version"),
                Versions = fields.Node("versions") is { } versions
                    ? [.. (YamlFields.Entries(versions, "versions", problems) ?? []).Select(entry => Version(entry.Key, entry.Value)).OfType<VersionConfig>()]
                    : [],
            }
            : null;

    private VersionConfig? Version(string name, YamlNode node)
    {
        // A version of which there is nothing to say stands there without a value.
        if (node is YamlScalarNode { Value: null or "" })
        {
            return new VersionConfig { Name = name };
        }

        var fields = YamlFields.Of(
            node, $"version '{name}'", problems, "service", "deprecated", "deprecationLink", "sunset", "sunsetLink", "afterSunset", "successor");
        return fields is null ? null : new VersionConfig
        {
            Name = name,
            Service = service(fields, "service"),
            Deprecated = Date(fields, "deprecated"),
            DeprecationLink = fields.Text("deprecationLink", "an address"),
            Sunset = Date(fields, "sunset"),
            SunsetLink = fields.Text("sunsetLink", "an address"),
            AfterSunset = fields.Choice<bool>("afterSunset", [("gone", false), ("answer", true)]) ?? false,
            Successor = fields.Text("successor", "the name of a version, or an address"),
        };
    }

    private DateTimeOffset? Date(YamlFields fields, string key)
    {
        const string Expected = "a date like 2026-06-30 or 2026-06-30T12:00:00Z";
        if (fields.Text(key, Expected) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            return date;
        }

        problems.Add(fields.PlaceOf(key), $"expected {Expected} as '{key}', found '{text}'.");
        return null;
    }
}
