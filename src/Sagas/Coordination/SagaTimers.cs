using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Sagas.Coordination;

/// <summary>Wakes sagas whose retry or time-out has come, and forgets old ones. Nothing waits in memory: the rows are the timers.</summary>
internal sealed partial class SagaTimers(Store store, SagaStore sagas, SagaCoordinator coordinator, SagaOptions options, TimeProvider clock, ILogger<SagaTimers> logger)
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ForgetPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var forgot = clock.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, clock, cancellationToken);
                await using var turn = await store.TryLockAsync("sagas", cancellationToken);
                if (turn is null)
                {
                    continue;
                }

                await WakeDueAsync(cancellationToken);
                if (clock.GetElapsedTime(forgot) > ForgetInterval)
                {
                    forgot = clock.GetTimestamp();
                    while (await sagas.ForgetAsync(options.Retention, Batch * 10, cancellationToken) > 0)
                    {
                        await Task.Delay(ForgetPause, clock, cancellationToken);
                    }
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

    /// <summary>Wakes everything that is due now. Returns how many sagas that was.</summary>
    internal async ValueTask<int> WakeDueAsync(CancellationToken cancellationToken)
    {
        var due = await sagas.DueAsync(Batch, cancellationToken);
        await Task.WhenAll(due.Select(id => WakeAsync(id, cancellationToken)));
        return due.Count;
    }

    // A saga that throws counts an attempt, and is in nobody's way.
    private async Task WakeAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(transaction => coordinator.DueAsync(transaction, id), cancellationToken);
        }
        catch (Exception error) when (error is not (OperationCanceledException or StoreUnavailableException or SagaConflictException))
        {
            Log.Threw(logger, id, error);
            await CountAsync(id, error, cancellationToken);
        }
    }

    private async Task CountAsync(Guid id, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(transaction => coordinator.FailedAsync(transaction, id, error), cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is not (OperationCanceledException or StoreUnavailableException or SagaConflictException))
        {
            await sagas.PostponeAsync(id, options.MaximumDelay, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "SagaThrew", Message = "Saga {SagaId} threw when its time had come; it is tried again later")]
        public static partial void Threw(ILogger logger, Guid sagaId, Exception error);

        [LoggerMessage(Level = LogLevel.Error, EventName = "SagaTimersFailed", Message = "Waking due sagas failed; it goes on in a moment")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}
