using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Registry.Catalogue;

/// <summary>Loads the catalogue before the server listens, then takes out who sends no heartbeat.</summary>
internal sealed partial class LeaseSweeper(
    ServiceCatalogue catalogue, RegistryOptions options, TimeProvider clock, ILogger<LeaseSweeper> logger) : BackgroundService
{
    // A check that comes so much too late means that we did not run (suspended, paused): others could not reach us.
    private const int LateFactor = 6;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await catalogue.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var before = clock.GetTimestamp();
            await Task.Delay(options.SweepInterval, clock, stoppingToken);
            await SweepAsync(clock.GetElapsedTime(before), stoppingToken);
        }
    }

    private async Task SweepAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        if (pause > options.SweepInterval * LateFactor)
        {
            Log.Paused(logger, pause);
            catalogue.RenewAll();
            return;
        }

        try
        {
            await catalogue.ExpireAsync(cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            // They stay, already counted as unhealthy; the next check tries again.
            Log.NotWritten(logger, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "RegistryPaused", Level = LogLevel.Warning,
            Message = "The registry did not run for {Pause}; every instance gets a full lease to be heard of again")]
        public static partial void Paused(ILogger logger, TimeSpan pause);

        [LoggerMessage(EventName = "ExpiryNotWritten", Level = LogLevel.Error,
            Message = "Expired instances could not be removed from the store; trying again")]
        public static partial void NotWritten(ILogger logger, Exception exception);
    }
}
