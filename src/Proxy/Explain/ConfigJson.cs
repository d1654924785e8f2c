using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.Explain;

/// <summary>A configuration as JSON, for reading: it is written as YAML.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, Converters = [typeof(TimeText), typeof(SubjectText), typeof(WordText<LimitAlgorithm>), typeof(WordText<UpstreamProtocol>)])]
[JsonSerializable(typeof(GatewayConfig))]
internal sealed partial class ConfigJson : JsonSerializerContext
{
    /// <summary>Who stays with what, as it stands in a file.</summary>
    public sealed class SubjectText : JsonConverter<SubjectConfig>
    {
        public override SubjectConfig Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("It is written as YAML.");

        public override void Write(Utf8JsonWriter writer, SubjectConfig value, JsonSerializerOptions options) =>
            writer.WriteStringValue($"{value.By.ToString().ToLowerInvariant()} {value.Name}".TrimEnd());
    }

    /// <summary>Times as they stand in a file.</summary>
    public sealed class TimeText : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Quantity.TryTime(reader.GetString()!, out var time) ? time : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(Quantity.Write(value));
    }
}
