using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Portolan.Observability.Metrics;

/// <summary>What the meters of this process have measured, kept the way that Prometheus reads it.</summary>
internal sealed class MetricStore : IDisposable
{
    private readonly ConcurrentDictionary<string, MetricFamily> families = new(StringComparer.Ordinal);
    private readonly MeterListener listener = new();
    private readonly Lock reading = new();

    /// <param name="meters">Names of the meters that are listened to, from now on.</param>
    public MetricStore(IReadOnlyCollection<string> meters)
    {
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (meters.Contains(instrument.Meter.Name) && FamilyOf(instrument) is { } family)
            {
                to.EnableMeasurementEvents(instrument, family);
            }
        };
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => ((MetricFamily)family!).Record((double)value, tags));
        listener.Start();
    }

    /// <summary>All of it in Prometheus' text format 0.0.4.</summary>
    public string Text()
    {
        lock (reading)
        {
            // Who is observed tells all that there is now; what it does not tell any more is gone.
            foreach (var family in families.Values)
            {
                family.BeginObserving();
            }

            listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                PrometheusText.Append(text, family);
            }

            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    // Of two instruments that differ under one name the first one counts.
    private MetricFamily? FamilyOf(Instrument instrument)
    {
        var made = new MetricFamily(instrument);
        var kept = families.GetOrAdd(made.Name, made);
        return kept.Kind == made.Kind ? kept : null;
    }
}
