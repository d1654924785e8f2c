namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>Where a limiter's time begins, and what its clock's timestamps are worth.</summary>
internal readonly struct TimeBase(TimeProvider clock)
{
    private const long HorizonSeconds = 20L * 366 * 24 * 60 * 60;
    private readonly long frequency = clock.TimestampFrequency;
    private readonly long start = clock.GetTimestamp();

    /// <summary>Twenty years: as far as a limiter's arithmetic reaches.</summary>
    public long Horizon { get; } = (long)UInt128.Min((UInt128)HorizonSeconds * (ulong)clock.TimestampFrequency, 1L << 60);

    /// <summary>A minute: a call may have read the clock so long ago without the clock having been set back.</summary>
    public long Tolerance => 60 * frequency;

    /// <summary>Timestamps since the beginning.</summary>
    public long Elapsed(long now) => Math.Clamp(now - start, -Horizon / 2, Horizon);

    /// <summary>The timestamp at which so many have passed since the beginning.</summary>
    public long At(long elapsed) => start + elapsed;

    /// <summary>Timestamps in a time, at least one; rounded up, that a limiter is never faster than asked.</summary>
    public UInt128 Timestamps(TimeSpan time) =>
        UInt128.Max(1, (((UInt128)time.Ticks * (ulong)frequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

    /// <summary>The same as a number that can be added to an elapsed time.</summary>
    public long Saturated(TimeSpan time) => (long)UInt128.Min(Timestamps(time), 1L << 61);

    /// <summary>The shortest time in which so many timestamps pass.</summary>
    public TimeSpan Time(long timestamps) => timestamps <= 0 ? TimeSpan.Zero : new TimeSpan(frequency switch
    {
        TimeSpan.TicksPerSecond => timestamps,
        // The usual clock of Linux and macOS counts nanoseconds.
        1_000_000_000 => (timestamps + 99) / 100,
        _ => LongTime(timestamps).Ticks,
    });

    /// <summary>The same for a number that no word holds; saturates.</summary>
    public TimeSpan LongTime(Int128 timestamps)
    {
        var (seconds, rest) = Int128.DivRem(timestamps, frequency);
        return new TimeSpan((long)Int128.Min(long.MaxValue, (seconds * TimeSpan.TicksPerSecond) + (((rest * TimeSpan.TicksPerSecond) + frequency - 1) / frequency)));
    }
}
