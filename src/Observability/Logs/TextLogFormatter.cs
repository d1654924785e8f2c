using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Portolan.Observability.Logs;

/// <summary>Writes each event as one line for a person at a terminal.</summary>
internal sealed class TextLogFormatter(TimeProvider clock, bool coloured) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "portolan-text";

    private const string Plain = "\e[0m";
    private const string Dim = "\e[2m";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var fields = logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>;
        var message = LogMessage.Of(logEntry, fields).ReplaceLineEndings(" ");
        var time = clock.GetLocalNow().ToString("HH:mm:ss.fff");
        var word = LogMessage.Word(logEntry.LogLevel).PadRight(5);
        var category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        textWriter.Write(coloured
            ? $"{Dim}{time}{Plain} {Colour(logEntry.LogLevel)}{word}{Plain} {message} {Dim}{category}{Plain}\n"
            : $"{time} {word} {message} ({category})\n");
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(Redaction.Text(exception.ToString()) + "\n");
        }
    }

    private static string Colour(LogLevel level) => level switch
    {
        LogLevel.Information => "\e[32m",
        LogLevel.Warning => "\e[33m",
        LogLevel.Error or LogLevel.Critical => "\e[31m",
        _ => "\e[36m",
    };
}
