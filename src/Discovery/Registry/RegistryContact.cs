using Microsoft.Extensions.Logging;

namespace Portolan.Discovery.Registry;

/// <summary>Says once that the registry is gone and once that it is back, whoever notices, and how long to wait in between.</summary>
internal sealed partial class RegistryContact(DiscoveryOptions options, Random random, ILogger<RegistryContact> logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private int lost;

    public void Lost(Exception reason)
    {
        if (Interlocked.Exchange(ref lost, 1) == 0)
        {
            Log.Lost(logger, options.Server, reason.Message);
        }
    }

    public void Answered()
    {
        if (Volatile.Read(ref lost) == 1 && Interlocked.Exchange(ref lost, 0) == 1)
        {
            Log.Back(logger, options.Server);
        }
    }

    public void Doubted(string service, int instances) => Log.Doubted(logger, service, instances);

    /// <summary>Doubles with every failure, half of it by chance, so that a restarted server is not met by everyone at once.</summary>
    public TimeSpan RetryDelay(int failures)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Min(failures - 1, 10));
        return (delay < LongestRetry ? delay : LongestRetry) * (0.5 + (random.NextDouble() / 2));
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "RegistryLost", Level = LogLevel.Warning,
            Message = "The registry at {Server} does not answer ({Reason}). Going on with what is known of other services, and trying again; start it with 'portolan server', or set Portolan:Server")]
        public static partial void Lost(ILogger logger, Uri? server, string reason);

        [LoggerMessage(EventName = "RegistryDoubted", Level = LogLevel.Warning,
            Message = "The registry knows no instance of {Service}, but has restarted without its memory or only just; keeping the {Instances} known ones until it has heard of them")]
        public static partial void Doubted(ILogger logger, string service, int instances);

        [LoggerMessage(EventName = "RegistryBack", Level = LogLevel.Information, Message = "The registry at {Server} answers again")]
        public static partial void Back(ILogger logger, Uri? server);
    }
}
