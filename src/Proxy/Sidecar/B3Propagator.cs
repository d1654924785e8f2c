using System.Diagnostics;

namespace Portolan.Proxy.Sidecar;

/// <summary>Lets the server's own spans continue a trace that came in B3 headers, where there is no <c>traceparent</c>.</summary>
internal sealed class B3Propagator : DistributedContextPropagator
{
    private readonly DistributedContextPropagator standard = CreateDefaultPropagator();

    public override IReadOnlyCollection<string> Fields => standard.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => standard.Inject(activity, carrier, setter);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        standard.ExtractBaggage(carrier, getter);

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        standard.ExtractTraceIdAndState(carrier, getter, out traceId, out traceState);
        if (string.IsNullOrEmpty(traceId) && getter is not null)
        {
            traceId = B3.ToTraceParent(name =>
            {
                getter(carrier, name, out var value, out _);
                return value;
            }) ?? traceId;
        }
    }
}
