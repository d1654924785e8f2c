using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;

namespace Portolan.Resilience;

/// <summary>The instruments of the room, on the one meter.</summary>
internal static class ResilienceMetrics
{
    /// <summary>Events by pipeline, strategy and event; calls that simply passed make none.</summary>
    public static Counter<long> Events { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.events", "{event}", "What strategies did beyond letting a call pass.");

    /// <summary>Transitions of breakers.</summary>
    public static Counter<long> BreakerTransitions { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.breaker.transitions", "{transition}", "Transitions of circuit breakers, by breaker, from and to.");

    /// <summary>How long outages lasted, from the first opening to the closing.</summary>
    public static Histogram<double> BreakerOpenDuration { get; } =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.resilience.breaker.open.duration", "s", "How long circuit breakers were not closed.");

    /// <summary>Ends of half-open phases, by result.</summary>
    public static Counter<long> BreakerRecoveries { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.breaker.recoveries", "{recovery}", "Half-open phases that ended, by result: success closed the breaker, failure opened it again.");

    /// <summary>Keys that a partitioned limiter forgot, by limit; active ones start anew when they come back.</summary>
    public static Counter<long> LimitEvictions { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.limit.evictions", "{key}", "Keys that a partitioned limiter forgot.");

    /// <summary>Requests of shared limiters that their source did not answer.</summary>
    public static Counter<long> LeaseFailures { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.limit.lease_failures", "{request}", "Requests for shared permits without an answer.");

    /// <summary>How long calls stood in the queue of a throttle, by throttle; calls that passed at once are not in it.</summary>
    public static Histogram<double> ThrottleWait { get; } =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.resilience.throttle.wait", "s", "How long calls stood in the queue of a throttle.");

    /// <summary>Calls in a bulkhead, by its name.</summary>
    public static UpDownCounter<long> BulkheadInUse { get; } =
        PortolanTelemetry.Meter.CreateUpDownCounter<long>("portolan.resilience.bulkhead.in_use", "{call}", "Calls that run in a bulkhead.");

    /// <summary>Calls in a bulkhead's queue, by its name.</summary>
    public static UpDownCounter<long> BulkheadQueued { get; } =
        PortolanTelemetry.Meter.CreateUpDownCounter<long>("portolan.resilience.bulkhead.queued", "{call}", "Calls that wait for a bulkhead.");

    /// <summary>What an adaptive limit is now, by its name.</summary>
    public static Gauge<long> ConcurrencyLimit { get; } =
        PortolanTelemetry.Meter.CreateGauge<long>("portolan.resilience.concurrency.limit", "{call}", "Calls that an adaptive limit lets run at once.");

    /// <summary>How full a load shedder found what it watches, by its name.</summary>
    public static Gauge<double> SheddingUtilisation { get; } =
        PortolanTelemetry.Meter.CreateGauge<double>("portolan.resilience.shedding.utilisation", "1", "How full something was when its load shedder looked last.");

    /// <summary>Calls refused by priority, by shedder and priority.</summary>
    public static Counter<long> SheddingRefused { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.resilience.shedding.refused", "{call}", "Calls and requests that were shed, by shedder and priority.");
}
