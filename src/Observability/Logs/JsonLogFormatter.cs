using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.ObjectPool;
using Portolan.Core.Correlation;

namespace Portolan.Observability.Logs;

/// <summary>Writes each event as one line of JSON.</summary>
internal sealed class JsonLogFormatter(string service, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "portolan-json";

    private readonly ObjectPool<LineBuffer> buffers = new DefaultObjectPool<LineBuffer>(new DefaultPooledObjectPolicy<LineBuffer>());

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = buffers.Get();
        try
        {
            var json = buffer.Json;
            var fields = logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>;
            json.WriteStartObject();
            WriteHead(json, logEntry.LogLevel);
            json.WriteString("message", LogMessage.Of(logEntry, fields));
            if (logEntry.EventId.Name is { Length: > 0 } eventName)
            {
                json.WriteString("eventName", eventName);
            }

            json.WriteString("category", logEntry.Category);
            LogFields.Write(json, fields);
            LogFields.Write(json, "exception", logEntry.Exception);
            json.WriteEndObject();
            buffer.CopyTo(textWriter);
        }
        finally
        {
            buffers.Return(buffer);
        }
    }

    private void WriteHead(Utf8JsonWriter json, LogLevel level)
    {
        Span<char> timestamp = stackalloc char[24];
        clock.GetUtcNow().UtcDateTime.TryFormat(timestamp, out var length, "yyyy-MM-ddTHH:mm:ss.fffZ");
        json.WriteString("timestamp", timestamp[..length]);
        json.WriteString("level", LogMessage.Word(level));
        json.WriteString("service", service);

        // The console writes later, on its own thread; this runs on the caller's, where the ids are.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            json.WriteString("traceId", activity.TraceId.ToHexString());
            json.WriteString("spanId", activity.SpanId.ToHexString());
        }

        if (CorrelationContext.Current is { } correlation)
        {
            json.WriteString("requestId", correlation.RequestId);
            json.WriteString("correlationId", correlation.CorrelationId);
        }
    }
}
