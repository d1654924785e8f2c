using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Transport;

namespace Portolan.Messaging.Consuming;

/// <summary>
/// Receives batches and settles every message in them. Messages of one key go one after the other, whichever handlers they
/// have; all others at once: their transactions share commits.
/// </summary>
internal sealed partial class MessageConsumer(
    ITransport transport, MessageCatalogue catalogue, MessageHandling handling, DeadLetterStore deadLetters, Store store, ILogger<MessageConsumer> logger)
{
    private static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TransportPause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await transport.ReceiveAsync(ReceiveAsync, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // What was not settled comes again.
                Log.Failed(logger, error);
                await Task.Delay(TransportPause, TimeProvider.System, cancellationToken);
            }
        }
    }

    internal Task ReceiveAsync(IReadOnlyList<Envelope> batch, CancellationToken cancellationToken)
    {
        var deliveries = new List<Task>(batch.Count);
        var lastOfKey = new Dictionary<string, Task>(StringComparer.Ordinal);
        foreach (var envelope in batch)
        {
            if (catalogue.Find(envelope.Type) is not { } subscription)
            {
                deliveries.Add(BuryUnknownAsync(envelope, cancellationToken));
                continue;
            }

            var predecessor = lastOfKey.GetValueOrDefault(envelope.OrderKey);
            var settled = Task.WhenAll(subscription.Handlers.Select(handler => SettleAsync(new Delivery(envelope, handler), predecessor, cancellationToken)));
            lastOfKey[envelope.OrderKey] = settled;
            deliveries.Add(settled);
        }

        return Task.WhenAll(deliveries);
    }

    private async Task SettleAsync(Delivery delivery, Task? predecessor, CancellationToken cancellationToken)
    {
        if (predecessor is not null)
        {
            await predecessor;
        }

        await RetryWhileStoreIsDownAsync(() => handling.AttemptAsync(delivery, cancellationToken), cancellationToken);
    }

    // Events that nobody handles here do not come; a command does, because it is addressed to this service.
    private Task BuryUnknownAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        Log.Unknown(logger, envelope.Type, envelope.Source);
        var error = new UnknownCommandException(envelope.Type, catalogue.Service);
        return RetryWhileStoreIsDownAsync(
            () => store.WriteAsync(transaction => deadLetters.AddAsync(transaction, envelope, "", 1, error), cancellationToken).AsTask(),
            cancellationToken);
    }

    // A store that cannot be written is not the message's fault: no attempt is counted, nothing is given up.
    private async Task RetryWhileStoreIsDownAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (StoreUnavailableException error)
            {
                Log.StoreDown(logger, error.Message);
                await Task.Delay(StorePause, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "UnknownCommand", Message = "{Source} sent {Type}, for which this service has no handler; it is a dead letter now")]
        public static partial void Unknown(ILogger logger, string type, string source);

        [LoggerMessage(Level = LogLevel.Error, EventName = "ReceiveFailed", Message = "Receiving messages failed; it goes on in a second")]
        public static partial void Failed(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, EventName = "StoreDown", Message = "The store cannot be written, messages wait: {Reason}")]
        public static partial void StoreDown(ILogger logger, string reason);
    }
}
