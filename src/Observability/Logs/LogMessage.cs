using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portolan.Observability.Logs;

/// <summary>The words of an event, the same in every format.</summary>
internal static class LogMessage
{
    /// <summary>The message without secrets: those of fields known by name, and those recognised by shape.</summary>
    public static string Of<TState>(in LogEntry<TState> entry, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        var message = entry.Formatter(entry.State, entry.Exception) ?? "";
        for (var index = 0; index < (fields?.Count ?? 0); index++)
        {
            var (name, value) = fields![index];
            if (value?.ToString() is { Length: > 0 } text && name[0] != '{' && Redaction.IsSecretName(name))
            {
                message = message.Replace(text, Redaction.Mask, StringComparison.Ordinal);
            }
        }

        return Redaction.Text(message);
    }

    public static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
