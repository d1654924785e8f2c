using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Transport;

/// <summary>One service's place on the bus. Its instances take turns, so that order holds. Guarded by the bus.</summary>
internal sealed class InMemoryGroup
{
    private readonly List<Envelope> pending = [];
    private readonly List<Envelope> late = [];
    private int position;

    public SemaphoreSlim Turn { get; } = new(1);

    public void Take(List<Envelope> log, MessageCatalogue catalogue, InMemoryBusOptions options)
    {
        for (; position < log.Count; position++)
        {
            if (catalogue.Wants(log[position].Type, log[position].Destination))
            {
                Take(log[position], options);
            }
        }

        if (pending.Count == 0)
        {
            pending.AddRange(late);
            late.Clear();
        }
    }

    public IReadOnlyList<Envelope> Next(int limit) => pending.GetRange(0, Math.Min(limit, pending.Count));

    public void Settle(int count) => pending.RemoveRange(0, count);

    public bool HasAll(List<Envelope> log) => position == log.Count && pending.Count == 0 && late.Count == 0;

    private void Take(Envelope envelope, InMemoryBusOptions options)
    {
        pending.Insert(Chance(options.Reordering) ? Place() : pending.Count, envelope);
        if (Chance(options.Duplicates))
        {
            var soon = Chance(0.5);
            (soon ? pending : late).Insert(soon ? Place() : late.Count, envelope);
        }

        bool Chance(double share) => share > 0 && options.Random.NextDouble() < share;

        int Place() => options.Random.Next(pending.Count + 1);
    }
}
