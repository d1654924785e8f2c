using Portolan.Sagas.Coordination;

namespace Portolan.Sagas;

/// <summary>The saga timers of one service. The host starts and stops them.</summary>
public sealed class SagaRuntime : IAsyncDisposable
{
    private readonly SagaTimers timers;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    internal SagaRuntime(SagaTimers timers) => this.timers = timers;

    /// <summary>Starts the timers.</summary>
    public void Start() => running = Task.Run(() => timers.RunAsync(stopping.Token));

    /// <summary>Wakes the sagas that are due, in place of the timers. False when there were none.</summary>
    public async ValueTask<bool> RunOnceAsync(CancellationToken cancellationToken = default) => await timers.WakeDueAsync(cancellationToken) > 0;

    /// <summary>Stops them.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }
}
