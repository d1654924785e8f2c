using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Portolan.Core.Telemetry;

/// <summary>The one source of spans and the one meter that every room uses.</summary>
public static class PortolanTelemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "Portolan";

    /// <summary>Spans.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Metrics.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>
    /// A started activity whether or not anybody listens, so that logs always carry a trace id. Continues
    /// <paramref name="traceParent"/> (W3C) where it is well formed.
    /// </summary>
    public static Activity Start(string name, ActivityKind kind, string? traceParent)
    {
        var parsed = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        var listened = parsed ? Source.StartActivity(name, kind, parent) : Source.StartActivity(name, kind);
        if (listened is not null)
        {
            return listened;
        }

        var activity = new Activity(name).SetIdFormat(ActivityIdFormat.W3C);
        return (parsed ? activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags) : activity).Start();
    }
}
