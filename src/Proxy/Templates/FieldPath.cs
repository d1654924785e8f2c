using System.Text.Json;

namespace Portolan.Proxy.Templates;

/// <summary>A dotted way into a JSON value: <c>order.items</c>.</summary>
internal static class FieldPath
{
    /// <summary>What the element of an <c>each</c> is called.</summary>
    public const string Item = "item";

    public static string Head(string path)
    {
        var dot = path.IndexOf('.');
        return dot < 0 ? path : path[..dot];
    }

    public static string Tail(string path)
    {
        var dot = path.IndexOf('.');
        return dot < 0 ? "" : path[(dot + 1)..];
    }

    /// <summary>The value at <paramref name="path"/>; null when a step of it is not there, or is null.</summary>
    public static JsonElement? Find(JsonElement value, string path)
    {
        while (path.Length > 0)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(Head(path), out value))
            {
                return null;
            }

            path = Tail(path);
        }

        return value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : value;
    }

    /// <summary>A text or a number as it stands in a path; null for anything else.</summary>
    public static string? AsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
