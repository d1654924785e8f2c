using System.Text.Json;

namespace Portolan.Observability.Logs;

/// <summary>Writes the structured part of an event: its fields and its exception.</summary>
internal static class LogFields
{
    // An exception that contains itself, or hundreds of others, must not fill the log.
    private const int DeepestException = 5;

    public static void Write(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        var open = false;
        for (var index = 0; index < (fields?.Count ?? 0); index++)
        {
            var (name, value) = fields![index];
            if (name is "{OriginalFormat}" or "")
            {
                continue;
            }

            if (!open)
            {
                json.WriteStartObject("fields");
                open = true;
            }

            WriteName(json, name);
            WriteValue(json, name, value);
        }

        if (open)
        {
            json.WriteEndObject();
        }
    }

    public static void Write(Utf8JsonWriter json, string name, Exception? exception, int depth = 0)
    {
        if (exception is null || depth == DeepestException)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("type", exception.GetType().FullName);
        json.WriteString("message", Redaction.Text(exception.Message));
        if (exception.StackTrace is { } stack)
        {
            json.WriteString("stack", Redaction.Text(stack));
        }

        Write(json, "inner", exception.InnerException, depth + 1);
        json.WriteEndObject();
    }

    // Templates name fields in either case; one spelling makes them findable.
    private static void WriteName(Utf8JsonWriter json, string name)
    {
        if (!char.IsAsciiLetterUpper(name[0]) || name.Length > 128)
        {
            json.WritePropertyName(name);
            return;
        }

        Span<char> camel = stackalloc char[name.Length];
        name.CopyTo(camel);
        camel[0] = char.ToLowerInvariant(camel[0]);
        json.WritePropertyName(camel);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case var _ when Redaction.IsSecretName(name):
                json.WriteStringValue(Redaction.Mask);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case DateTime time:
                json.WriteStringValue(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc));
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time.UtcDateTime);
                break;
            default:
                json.WriteStringValue(Redaction.Value(value));
                break;
        }
    }
}
