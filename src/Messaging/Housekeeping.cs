using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.Consuming;

namespace Portolan.Messaging;

/// <summary>Forgets handled messages and idempotency keys past their window, a little at a time.</summary>
internal sealed partial class Housekeeping(Store store, Inbox inbox, MessagingOptions options, TimeProvider clock, ILogger<Housekeeping> logger)
{
    private const int Chunk = 1_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, clock, cancellationToken);
                await using var turn = await store.TryLockAsync("housekeeping", cancellationToken);
                while (turn is not null && await ForgetAsync(cancellationToken) > 0)
                {
                    await Task.Delay(Pause, clock, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.Failed(logger, error);
            }
        }
    }

    internal ValueTask<int> ForgetAsync(CancellationToken cancellationToken) =>
        store.WriteAsync(
            async transaction =>
                await inbox.ForgetAsync(transaction, options.DeduplicationWindow, Chunk)
                + await transaction.ExecuteAsync(
                    $"""
                    delete from idempotency_keys where (scope, key) in
                        (select scope, key from idempotency_keys
                         where created_at < {clock.GetUtcNow() - options.DeduplicationWindow} order by created_at limit {Chunk})
                    """),
            cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, EventName = "HousekeepingFailed", Message = "Forgetting old messages failed; it is tried again in ten minutes")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
