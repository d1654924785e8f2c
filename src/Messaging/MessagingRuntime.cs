using Portolan.Messaging.Consuming;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Outbox;

namespace Portolan.Messaging;

/// <summary>The loops of one service: relay, consumer, retries, housekeeping. The host starts and stops them.</summary>
public sealed class MessagingRuntime : IAsyncDisposable
{
    private readonly OutboxRelay relay;
    private readonly MessageConsumer consumer;
    private readonly ParkedRetries retries;
    private readonly Housekeeping housekeeping;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    internal MessagingRuntime(OutboxRelay relay, MessageConsumer consumer, ParkedRetries retries, Housekeeping housekeeping)
    {
        this.relay = relay;
        this.consumer = consumer;
        this.retries = retries;
        this.housekeeping = housekeeping;
    }

    /// <summary>Starts the loops, each on the thread pool.</summary>
    public void Start() => running = Task.WhenAll(
        Task.Run(() => relay.RunAsync(stopping.Token)),
        Task.Run(() => consumer.RunAsync(stopping.Token)),
        Task.Run(() => retries.RunAsync(stopping.Token)),
        Task.Run(() => housekeeping.RunAsync(stopping.Token)));

    /// <summary>
    /// One turn of relay and retries, in place of the loops: hands the outbox over and gives parked messages that are due
    /// their next attempt. False when there was nothing to do.
    /// </summary>
    public async ValueTask<bool> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var relayed = false;
        while (await relay.RelayBatchAsync(cancellationToken))
        {
            relayed = true;
        }

        await relay.DeleteRelayedAsync(cancellationToken);
        return await retries.AttemptDueAsync(cancellationToken) > 0 || relayed;
    }

    /// <summary>Settles a batch as the consumer does: each message is handled, parked or a dead letter when this returns.</summary>
    public Task HandleAsync(IReadOnlyList<Envelope> batch, CancellationToken cancellationToken = default) => consumer.ReceiveAsync(batch, cancellationToken);

    /// <summary>Stops the loops; what is being handled is finished or rolled back.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }
}
