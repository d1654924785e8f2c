using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Parking;
using Portolan.Messaging.Signals;

namespace Portolan.Messaging.Consuming;

/// <summary>Decides what becomes of a message whose handler threw: a later attempt, or a dead letter.</summary>
internal sealed partial class FailedDeliveries(
    Store store, ParkedMessages parked, DeadLetterStore deadLetters, MessagingOptions options, ParkedSignal signal, ILogger<FailedDeliveries> logger)
{
    public async ValueTask SettleAsync(Delivery delivery, Exception error, CancellationToken cancellationToken)
    {
        // A body that cannot be read will not get better by waiting.
        var final = error is UnreadableMessageException || delivery.Attempt >= options.MaximumAttempts;
        await store.WriteAsync(transaction => final ? BuryAsync(transaction, delivery, error) : PostponeAsync(transaction, delivery), cancellationToken);
        if (final)
        {
            Log.DeadLetter(logger, delivery.Envelope.Type, delivery.Envelope.Id, delivery.Handler.Name, delivery.Attempt, error);
        }
        else
        {
            Log.WillRetry(logger, delivery.Envelope.Type, delivery.Envelope.Id, delivery.Attempt, options.DelayAfter(delivery.Attempt), error);
        }

        signal.Set();
    }

    private async ValueTask PostponeAsync(StoreTransaction transaction, Delivery delivery)
    {
        var delay = options.DelayAfter(delivery.Attempt);
        if (delivery.Parked is { } sequence)
        {
            await parked.PostponeAsync(transaction, sequence, delivery.Attempt, delay);
        }
        else
        {
            await parked.AddAsync(transaction, delivery.Envelope, delivery.Handler.Name, delivery.Attempt, delay);
        }
    }

    private async ValueTask BuryAsync(StoreTransaction transaction, Delivery delivery, Exception error)
    {
        if (delivery.Parked is { } sequence && !await parked.RemoveAsync(transaction, sequence))
        {
            return;
        }

        await deadLetters.AddAsync(transaction, delivery.Envelope, delivery.Handler.Name, delivery.Attempt, error);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, EventName = "MessageFailed", Message = "{Type} {Id} failed at attempt {Attempt}; the next one follows in {Delay}")]
        public static partial void WillRetry(ILogger logger, string type, Guid id, int attempt, TimeSpan delay, Exception error);

        [LoggerMessage(Level = LogLevel.Error, EventName = "DeadLetter", Message = "{Type} {Id} is a dead letter: {Handler} failed {Attempts} times")]
        public static partial void DeadLetter(ILogger logger, string type, Guid id, string handler, int attempts, Exception error);
    }
}
