namespace Portolan.Messaging.Signals;

/// <summary>Wakes a waiting loop; any number of calls while it is awake wake it once more.</summary>
public abstract class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim semaphore = new(0, 1);

    /// <summary>Wakes the loop. Never blocks.</summary>
    public void Set()
    {
        if (semaphore.CurrentCount > 0)
        {
            return;
        }

        try
        {
            semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: the loop will look again anyway.
        }
    }

    /// <summary>Waits until set, or until <paramref name="timeout"/> has passed.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => semaphore.WaitAsync(timeout, cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        semaphore.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The outbox has rows.</summary>
public sealed class RelaySignal : WakeSignal;

/// <summary>A message was parked.</summary>
internal sealed class ParkedSignal : WakeSignal;
