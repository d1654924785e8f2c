using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Explain;

/// <summary>A configuration as JSON, for reading: it is written as YAML.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, Converters = [typeof(TimeText)])]
[JsonSerializable(typeof(GatewayConfig))]
internal sealed partial class ConfigJson : JsonSerializerContext
{
    /// <summary>Times as they stand in a file.</summary>
    public sealed class TimeText : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Quantity.TryTime(reader.GetString()!, out var time) ? time : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(Quantity.Write(value));
    }
}
