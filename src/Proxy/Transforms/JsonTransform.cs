using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Transforms;

/// <summary>Changes fields of a JSON value. What it does not touch keeps its place and its digits.</summary>
internal sealed class JsonTransform(JsonChanges changes)
{
    // Of two fields of one name readers choose differently: one of them would pass by a removal.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string[][] removed = [.. changes.Remove.Select(path => path.Split('.'))];
    private readonly (string[] Path, string Name)[] renamed = [.. changes.Rename.Select(field => (field.Name.Split('.'), field.Value))];
    private readonly (string[] Path, JsonElement Literal, ValueTemplate? Text)[] set = [.. changes.Set.Select(Compile)];

    /// <summary>Bytes that a body may have.</summary>
    public int MaxSize => changes.MaxSize;

    public static JsonTransform? Of(JsonChanges? changes) => changes is null ? null : new JsonTransform(changes);

    /// <summary>True for <c>application/json</c> and everything that says it is written as JSON.</summary>
    public static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells whether a body is JSON by its <c>Content-Type</c>; false where that can be read in more than one way, or not at all.</summary>
    public static bool TryTell(StringValues contentType, out bool isJson)
    {
        isJson = contentType is [var one] && IsJson(one);
        return contentType.Count == 0 || isJson || (contentType.Count == 1 && MediaTypeHeaderValue.TryParse(contentType[0], out _));
    }

    /// <summary>The value of a JSON text; null where it is none.</summary>
    public static JsonElement? TryRead(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body, changed.</summary>
    /// <exception cref="JsonException">It is no JSON, or has two fields of one name.</exception>
    public byte[] Apply(ReadOnlyMemory<byte> body, RouteMatch match)
    {
        using var document = JsonDocument.Parse(body, Strict);
        var root = document.RootElement.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(document.RootElement),
            JsonValueKind.Array => (JsonNode?)JsonArray.Create(document.RootElement),
            _ => null,
        };
        foreach (var path in removed)
        {
            Visit(root, path, create: false, (parent, name) => parent.Remove(name));
        }

        foreach (var (path, to) in renamed)
        {
            Visit(root, path, create: false, (parent, name) => Rename(parent, name, to));
        }

        foreach (var (path, literal, text) in set)
        {
            Visit(root, path, create: true, (parent, name) =>
                parent[name] = text is null ? ToNode(literal) : JsonValue.Create(text.Decoded(match)));
        }

        using var written = new MemoryStream(body.Length + 256);
        using (var writer = new Utf8JsonWriter(written, Plain))
        {
            if (root is null)
            {
                document.RootElement.WriteTo(writer);
            }
            else
            {
                root.WriteTo(writer);
            }
        }

        return written.ToArray();
    }

    private static (string[], JsonElement, ValueTemplate?) Compile(NamedValue field)
    {
        var literal = TryRead(field.Value)!.Value;
        return (field.Name.Split('.'), literal, literal.ValueKind == JsonValueKind.String ? new ValueTemplate(literal.GetString()!) : null);
    }

    private static JsonNode? ToNode(JsonElement literal) => literal.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(literal),
        JsonValueKind.Array => JsonArray.Create(literal),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(literal),
    };

    private static void Visit(JsonNode? node, ReadOnlySpan<string> path, bool create, Action<JsonObject, string> change)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var element in list)
                {
                    Visit(element, path, create, change);
                }

                break;
            case JsonObject parent when path.Length == 1:
                change(parent, path[0]);
                break;
            case JsonObject parent:
                if (create && !parent.ContainsKey(path[0]))
                {
                    parent[path[0]] = new JsonObject();
                }

                Visit(parent[path[0]], path[1..], create, change);
                break;
        }
    }

    private static void Rename(JsonObject parent, string from, string to)
    {
        if (from == to || !parent.TryGetPropertyValue(from, out var value))
        {
            return;
        }

        parent.Remove(to);
        var place = parent.IndexOf(from);
        parent.RemoveAt(place);
        parent.Insert(place, to, value);
    }
}
