namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>A clock that shows what it is told, backwards too, at any frequency.</summary>
public sealed class SetClock(long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private long now = 1_000_000_000_000;

    public long Now
    {
        get => Volatile.Read(ref now);
        set => Volatile.Write(ref now, value);
    }

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds((double)Now / frequency);

    /// <summary>Forward by a time, to the first timestamp at which it has passed.</summary>
    public void Pass(TimeSpan time) => Now += (long)(((Int128)time.Ticks * frequency + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
}
