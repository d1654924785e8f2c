using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Parking;
using Portolan.Messaging.Signals;

namespace Portolan.Messaging.Consuming;

/// <summary>Gives parked messages their next attempt when it is due; one instance of a service at a time does.</summary>
internal sealed partial class ParkedRetries(
    Store store, ParkedMessages parked, MessageCatalogue catalogue, MessageHandling handling, DeadLetterStore deadLetters,
    ParkedSignal signal, ILogger<ParkedRetries> logger)
{
    private const int Batch = 100;
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var waiting = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(waiting ? BusyPoll : IdlePoll, cancellationToken);
                await using var turn = await store.TryLockAsync("parked", cancellationToken);
                while (turn is not null && await AttemptDueAsync(cancellationToken) > 0)
                {
                    // Whoever stood behind those has come to the head of its key.
                }

                waiting = turn is not null && await IsAnyParkedAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                waiting = false;
                Log.Failed(logger, error);
            }
        }
    }

    /// <summary>Attempts the first message of each key where it is due. Returns how many that were.</summary>
    internal async ValueTask<int> AttemptDueAsync(CancellationToken cancellationToken)
    {
        var due = await parked.DueAsync(store, Batch, cancellationToken);
        await Task.WhenAll(due.Select(message => AttemptAsync(message, cancellationToken)));
        return due.Count;
    }

    private async ValueTask<bool> IsAnyParkedAsync(CancellationToken cancellationToken) =>
        await store.FirstOrDefaultAsync($"select 1 from parked limit 1", row => row.GetInt32(0), cancellationToken) == 1;

    private Task AttemptAsync(ParkedMessage message, CancellationToken cancellationToken)
    {
        // A letter without a handler was a command nobody knew: by now somebody may.
        var handler = catalogue.Find(message.Envelope.Type)?.Handlers
            .FirstOrDefault(candidate => message.Handler.Length == 0 || candidate.Name == message.Handler);
        return handler is null
            ? BuryAsync(message, cancellationToken)
            : handling.AttemptAsync(new Delivery(message.Envelope, handler, message.Attempts + 1, message.Sequence), cancellationToken);
    }

    // The handler was renamed or removed while its message waited.
    private async Task BuryAsync(ParkedMessage message, CancellationToken cancellationToken) =>
        await store.WriteAsync(
            async transaction =>
            {
                if (await parked.RemoveAsync(transaction, message.Sequence))
                {
                    await deadLetters.AddAsync(
                        transaction, message.Envelope, message.Handler, message.Attempts, new UnknownCommandException(message.Envelope.Type, catalogue.Service));
                }
            },
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "RetriesFailed", Message = "Retrying parked messages failed; it goes on in a second")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
