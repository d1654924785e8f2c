using System.Text.Json;
using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Operator;

/// <summary>Writes a breaker as its HTTP resource. Times to wait are whole seconds, rounded up.</summary>
internal static class BreakerResource
{
    public static void Write(Utf8JsonWriter writer, BreakerReport report)
    {
        writer.WriteString("name", report.Name);
        writer.WriteString("state", BreakerWords.Of(report.State));
        writer.WriteString("reason", report.Reason);
        writer.WriteString("since", report.Since);
        if (report.RetryAfter is { } wait)
        {
            writer.WriteNumber("retryAfter", (long)Math.Ceiling(wait.TotalSeconds));
        }

        writer.WriteBoolean("forced", report.Forced);
        writer.WriteNumber("failureRate", Math.Round(report.FailureRate, 4));
        writer.WriteNumber("calls", report.Calls);
        writer.WriteNumber("allowed", report.Allowed);
        writer.WriteNumber("blocked", report.Blocked);
        writer.WriteStartArray("transitions");
        foreach (var transition in report.Transitions)
        {
            writer.WriteStartObject();
            writer.WriteString("at", transition.At);
            writer.WriteString("from", BreakerWords.Of(transition.From));
            writer.WriteString("to", BreakerWords.Of(transition.To));
            writer.WriteString("reason", transition.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
