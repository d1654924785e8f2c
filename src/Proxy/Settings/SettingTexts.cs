using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portolan.Proxy.Settings;

/// <summary>Bytes as they stand in a file: <c>64KiB</c>.</summary>
internal sealed class SizeText : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Quantity.TrySize(reader.GetString()!, out var size) ? size : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteStringValue(Quantity.Write(value));
}

/// <summary>The same of small ones.</summary>
internal sealed class SmallSizeText : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Quantity.TrySize(reader.GetString()!, out var size) ? checked((int)size) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteStringValue(Quantity.Write((long)value));
}

/// <summary>A share as it stands in a file: <c>5%</c>.</summary>
internal sealed class ShareText : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        double.Parse(reader.GetString()!.TrimEnd('%'), CultureInfo.InvariantCulture) / 100;

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteStringValue((value * 100).ToString("0.####", CultureInfo.InvariantCulture) + "%");
}

/// <summary>Words as they stand in a file: <c>sliding-counter</c>.</summary>
internal sealed class WordText<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower)
    where T : struct, Enum;
