using Portolan.Messaging.Signals;

namespace Portolan.Messaging.Transport;

/// <summary>One service's end of an <see cref="InMemoryBus"/>.</summary>
public sealed class InMemoryTransport : ITransport
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(50);

    private readonly InMemoryBus bus;
    private readonly InMemoryGroup group;
    private readonly Published signal = new();
    private bool caughtUp;

    internal InMemoryTransport(InMemoryBus bus, InMemoryGroup group, MessageCatalogue catalogue)
    {
        this.bus = bus;
        this.group = group;
        Catalogue = catalogue;
    }

    /// <inheritdoc />
    public bool IsCaughtUp => caughtUp |= bus.IsCaughtUp(group);

    /// <inheritdoc />
    public string? Complaint => null;

    internal MessageCatalogue Catalogue { get; }

    /// <summary>Always 0: the bus does not outlive the process, so it does not remember stores.</summary>
    public ValueTask<long> GetRelayedAsync(CancellationToken cancellationToken) => ValueTask.FromResult(0L);

    /// <inheritdoc />
    public ValueTask PublishAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        bus.Append(messages.Select(message => message.Envelope));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public bool HasSubscriber(string type) => bus.HasSubscriber(type);

    /// <inheritdoc />
    public async Task ReceiveAsync(ReceiveDelegate receive, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await DeliverAsync(receive, cancellationToken) == 0)
                {
                    await signal.WaitAsync(Poll, cancellationToken);
                }
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The receiver has logged why; nothing of the batch is settled, so it comes again.
                await Task.Delay(FailurePause, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>Delivers the next batch, in place of <see cref="ReceiveAsync"/>. Returns the number of messages; 0 when there are none.</summary>
    public async ValueTask<int> DeliverAsync(ReceiveDelegate receive, CancellationToken cancellationToken = default)
    {
        await group.Turn.WaitAsync(cancellationToken);
        try
        {
            var batch = bus.Next(group, Catalogue);
            if (batch.Count > 0)
            {
                await receive(batch, cancellationToken);
                bus.Settle(group, batch.Count);
            }

            return batch.Count;
        }
        finally
        {
            group.Turn.Release();
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        bus.Detach(this);
        signal.Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Wake() => signal.Set();

    private sealed class Published : WakeSignal;
}
