using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Settings;

/// <summary>Makes JSON of what a file says. As in JSON itself, what is quoted is text, and so is what JSON knows no literal for.</summary>
internal static class YamlJson
{
    /// <summary>The text of a value.</summary>
    public static string Of(YamlNode node) => Node(node)?.ToJsonString() ?? "null";

    /// <summary>The text of a plain value.</summary>
    public static string Of(YamlScalarNode node)
    {
        var text = node.Value ?? "";
        return node.Style == ScalarStyle.Plain && IsLiteral(text) ? text : "\"" + JsonEncodedText.Encode(text) + "\"";
    }

    /// <summary>The value; null where it is none.</summary>
    public static JsonNode? Node(YamlNode node) => node switch
    {
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((pair.Key as YamlScalarNode)?.Value) ?? "", Node(pair.Value)))),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" } => null,
        _ => JsonNode.Parse(Of((YamlScalarNode)node)),
    };

    private static bool IsLiteral(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
