using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Transport;

/// <summary>
/// A bus inside one process, for services that run in it together. It keeps every message while it lives; a group is a
/// service by name, begins at the oldest message and remembers its place when the service goes and comes back.
/// </summary>
public sealed class InMemoryBus(InMemoryBusOptions? options = null)
{
    private readonly Lock gate = new();
    private readonly List<Envelope> log = [];
    private readonly Dictionary<string, InMemoryGroup> groups = new(StringComparer.Ordinal);
    private readonly List<InMemoryTransport> attached = [];

    /// <summary>How it behaves; may be changed while it runs.</summary>
    public InMemoryBusOptions Options { get; } = options ?? new InMemoryBusOptions();

    /// <summary>Every message so far, in the order of publication.</summary>
    public IReadOnlyList<Envelope> Messages
    {
        get
        {
            lock (gate)
            {
                return [.. log];
            }
        }
    }

    /// <summary>The transport of one service, or of one more instance of it.</summary>
    public InMemoryTransport Attach(MessageCatalogue catalogue)
    {
        lock (gate)
        {
            if (!groups.TryGetValue(catalogue.Service, out var group))
            {
                groups.Add(catalogue.Service, group = new InMemoryGroup());
            }

            var transport = new InMemoryTransport(this, group, catalogue);
            attached.Add(transport);
            return transport;
        }
    }

    internal void Detach(InMemoryTransport transport)
    {
        lock (gate)
        {
            attached.Remove(transport);
        }
    }

    internal void Append(IEnumerable<Envelope> messages)
    {
        lock (gate)
        {
            log.AddRange(messages);
            attached.ForEach(transport => transport.Wake());
        }
    }

    internal bool HasSubscriber(string type)
    {
        lock (gate)
        {
            return attached.Exists(transport => transport.Catalogue.Events.Contains(type));
        }
    }

    /// <summary>What the group gets next; it stays the group's until it is settled.</summary>
    internal IReadOnlyList<Envelope> Next(InMemoryGroup group, MessageCatalogue catalogue)
    {
        lock (gate)
        {
            group.Take(log, catalogue, Options);
            return group.Next(Options.Batch);
        }
    }

    internal void Settle(InMemoryGroup group, int count)
    {
        lock (gate)
        {
            group.Settle(count);
        }
    }

    internal bool IsCaughtUp(InMemoryGroup group)
    {
        lock (gate)
        {
            return group.HasAll(log);
        }
    }
}
