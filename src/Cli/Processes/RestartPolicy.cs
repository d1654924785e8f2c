namespace Portolan.Cli.Processes;

/// <summary>How long a crashed process waits for its next start: longer each time, until it has been well for a while.</summary>
internal sealed class RestartPolicy(TimeProvider time)
{
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Recovered = TimeSpan.FromSeconds(30);

    private TimeSpan next = FirstDelay;
    private long? healthySince;

    /// <summary>The process answers that it is ready.</summary>
    public void OnHealthy() => healthySince ??= time.GetTimestamp();

    /// <summary>The process ended: what to wait before starting it again.</summary>
    public TimeSpan OnExit()
    {
        var recovered = healthySince is { } since && time.GetElapsedTime(since) >= Recovered;
        var delay = recovered ? FirstDelay : next;
        healthySince = null;
        next = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        return delay;
    }
}
