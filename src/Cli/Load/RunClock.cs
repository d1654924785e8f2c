namespace Portolan.Cli.Load;

/// <summary>Ticks of 100 ns since the run began.</summary>
internal sealed class RunClock(TimeProvider time)
{
    private long began = time.GetTimestamp();

    public long Now => time.GetElapsedTime(began).Ticks;

    public void Start() => began = time.GetTimestamp();
}
