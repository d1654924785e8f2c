using Microsoft.Extensions.Logging;
using Portolan.Resilience;

namespace Portolan.Discovery.Http;

/// <summary>Writes what strategies report into the log: refusals one by one only for who looks closely, the rest as it matters.</summary>
public sealed partial class ResilienceLog(ILogger<ResilienceLog> logger)
{
    /// <summary>Writes one event.</summary>
    public void Write(ResilienceEvent happened)
    {
        var level = happened.Name switch
        {
            "circuit-opened" or "circuit-open-too-long" or "ejected" or "panic" or "retries-exhausted" or "retry-budget-spent" => LogLevel.Warning,
            "circuit-rejected" => LogLevel.Debug,
            _ => LogLevel.Information,
        };
        Log.Happened(logger, level, happened.Pipeline, happened.Strategy, happened.Name, happened.Attempt, happened.Wait.TotalMilliseconds, happened.Detail);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "Resilience", Message = "{Pipeline}: {Strategy} {Event} (attempt {Attempt}, {Milliseconds:0} ms). {Detail}")]
        public static partial void Happened(
            ILogger logger, LogLevel level, string pipeline, string strategy, string @event, int attempt, double milliseconds, string? detail);
    }
}
