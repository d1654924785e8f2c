using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portolan.Observability.Health;

/// <summary>Health as the wire has it.</summary>
internal static class HealthJson
{
    /// <summary>What readiness says once the process began to stop.</summary>
    public static ReadOnlyMemory<byte> ShuttingDown { get; } = """{"status":"DOWN","reason":"SHUTTING_DOWN"}"""u8.ToArray();

    /// <summary>What liveness says: whoever can say it is alive.</summary>
    public static ReadOnlyMemory<byte> Alive { get; } = """{"status":"UP","components":{}}"""u8.ToArray();

    public static ReadOnlyMemory<byte> Write(HealthReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("status", Word(report.Status));
            json.WriteStartObject("components");
            foreach (var (name, result) in report.Components)
            {
                json.WritePropertyName(name);
                Write(json, result);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Up => "UP",
        HealthStatus.Degraded => "DEGRADED",
        _ => "DOWN",
    };

    private static void Write(Utf8JsonWriter json, HealthResult result)
    {
        json.WriteStartObject();
        json.WriteString("status", Word(result.Status));
        if (result.Message is not null)
        {
            json.WriteString("message", result.Message);
        }

        if (result.Details is { Count: > 0 } details)
        {
            json.WriteStartObject("details");
            foreach (var (name, value) in details)
            {
                json.WritePropertyName(name);
                Write(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case byte or short or int or long or uint:
                json.WriteNumberValue(Convert.ToInt64(value));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
