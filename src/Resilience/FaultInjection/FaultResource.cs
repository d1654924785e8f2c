using System.Text.Json;

namespace Portolan.Resilience.FaultInjection;

/// <summary>Writes a fault as its HTTP resource: what was set, how many seconds of it are left, rounded up, and what it hit.</summary>
internal static class FaultResource
{
    public static void Write(Utf8JsonWriter writer, FaultReport report)
    {
        var rule = report.Rule;
        writer.WriteString("name", rule.Name);
        if (rule.Latency > TimeSpan.Zero)
        {
            writer.WriteNumber("latencyMilliseconds", rule.Latency.TotalMilliseconds);
        }

        if (rule.Status is { } status)
        {
            writer.WriteNumber("status", status);
        }

        writer.WriteBoolean("error", rule.Error);
        writer.WriteBoolean("abort", rule.Abort);
        writer.WriteNumber("share", rule.Share);
        if (rule.Path is { } path)
        {
            writer.WriteString("path", path);
        }

        if (rule.Header is { } header)
        {
            writer.WriteString("header", header);
        }

        if (rule.Route is { } route)
        {
            writer.WriteString("route", route);
        }

        writer.WriteNumber("seconds", (long)Math.Ceiling(report.Remaining.TotalSeconds));
        writer.WriteNumber("hits", report.Hits);
    }
}
