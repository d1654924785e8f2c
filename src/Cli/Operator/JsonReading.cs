using System.Text.Json;

namespace Portolan.Cli.Operator;

/// <summary>Reads fields that may be missing: an older or newer server still gives a useful picture.</summary>
internal static class JsonReading
{
    extension(JsonElement element)
    {
        /// <summary>A field as text; empty when it is missing.</summary>
        public string Text(string name) => element.Field(name) is { } value ? value.ToString() : "";

        /// <summary>A field, or null.</summary>
        public JsonElement? Field(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        /// <summary>The elements of a list; none when it is missing.</summary>
        public IEnumerable<JsonElement> Items(string name) =>
            element.Field(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

        /// <summary>A time in the user's zone, to the second; the text itself when it is none.</summary>
        public string LocalTime(string name) =>
            element.Field(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var time)
                ? TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local).ToString("yyyy-MM-dd HH:mm:ss")
                : element.Text(name);
    }
}
