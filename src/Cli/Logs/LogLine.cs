using System.Text;
using System.Text.Json;

namespace Portolan.Cli.Logs;

/// <summary>A line of a service's output; what is not one of our JSON lines is kept as it is.</summary>
/// <param name="Raw">The line itself.</param>
/// <param name="Time">Null where the line does not say.</param>
/// <param name="Ids">Trace, correlation and request, those that it has.</param>
internal sealed record LogLine(string Raw, DateTimeOffset? Time, string Level, string? Message, string? Exception, IReadOnlyList<string> Ids)
{
    private static readonly string[] IdFields = ["traceId", "correlationId", "requestId"];

    public static LogLine Parse(string raw)
    {
        if (raw.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(raw);
                return Parse(raw, document.RootElement);
            }
            catch (JsonException)
            {
                // Not JSON after all: text that begins with a brace.
            }
        }

        return new LogLine(raw, null, "", null, null, []);
    }

    /// <summary>True when the line belongs to a trace, a user's action or a request.</summary>
    public bool Has(string id) => Ids.Contains(id, StringComparer.OrdinalIgnoreCase);

    /// <summary><c>12:00:01.123 info  message</c> in the given zone, then an exception if there is one.</summary>
    public string Render(TimeZoneInfo zone)
    {
        if (Message is null || Time is null)
        {
            return Raw;
        }

        var text = new StringBuilder($"{TimeZoneInfo.ConvertTime(Time.Value, zone):HH:mm:ss.fff} {Level,-5} {Message}");
        return Exception is null ? text.ToString() : text.Append('\n').Append(Exception).ToString();
    }

    private static LogLine Parse(string raw, JsonElement root)
    {
        var time = Text(root, "timestamp") is { } stamp && DateTimeOffset.TryParse(stamp, out var parsed) ? parsed : (DateTimeOffset?)null;
        return new LogLine(
            raw,
            time,
            Short(Text(root, "level") ?? ""),
            Text(root, "message"),
            ExceptionOf(root),
            [.. IdFields.Select(field => Text(root, field)).OfType<string>()]);
    }

    private static string? ExceptionOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("exception", out var exception))
        {
            return null;
        }

        return exception.ValueKind == JsonValueKind.Object ? Chain(exception) : exception.ToString();
    }

    private static string Chain(JsonElement exception) =>
        $"{Text(exception, "type")}: {Text(exception, "message")}\n{Text(exception, "stack")}".TrimEnd()
        + (exception.TryGetProperty("inner", out var inner) ? "\ncaused by " + Chain(inner) : "");

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ToString()
            : null;

    private static string Short(string level) => level.ToLowerInvariant() switch
    {
        "information" => "info",
        "warning" => "warn",
        "critical" => "crit",
        var other => other,
    };
}
