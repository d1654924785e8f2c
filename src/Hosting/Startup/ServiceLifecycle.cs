using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Messaging;
using Portolan.Sagas;

namespace Portolan.Hosting.Startup;

/// <summary>
/// A service's life: (1) store and bus are opened and migrated, (2) messages and sagas move, (3) the web server listens,
/// (4) once ready it registers; and back: readiness off, deregistered, a moment for callers to notice, running requests
/// finished, messages and sagas stopped.
/// </summary>
internal sealed partial class ServiceLifecycle(IServiceProvider services, PortolanOptions options, ILogger<ServiceLifecycle> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource stopped = new();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<MessagingRuntime>().Start();
        services.GetRequiredService<SagaRuntime>().Start();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        new Thread(EndWhenStuck) { IsBackground = true, Name = "forced exit" }.Start();
        await Task.Delay(options.DrainDelay, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await services.GetRequiredService<SagaRuntime>().StopAsync();
        await services.GetRequiredService<MessagingRuntime>().StopAsync();
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        stopped.TrySetResult();
        return Task.CompletedTask;
    }

    private void EndWhenStuck()
    {
        if (!stopped.Task.Wait(options.DrainTimeout + Patience))
        {
            Log.Stuck(logger, options.DrainTimeout + Patience);
            Environment.Exit(1);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Critical, EventName = "StopStuck", Message = "The service did not stop within {Limit}; it is ended now")]
        public static partial void Stuck(ILogger logger, TimeSpan limit);
    }
}
