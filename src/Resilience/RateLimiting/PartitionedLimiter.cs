using System.Security.Cryptography;
using System.Text;
using Portolan.Resilience.RateLimiting.Algorithms;

namespace Portolan.Resilience.RateLimiting;

/// <summary>
/// A limit for each key (a tenant, a user, an address), in bounded memory and without timers: no more than
/// <see cref="RateLimitOptions.MaximumKeys"/> are remembered.
/// </summary>
/// <remarks>
/// When one more comes, a key goes that is idle, which changes nothing: its limit is whole again. Where none of the keys
/// at hand is idle, the one goes that was not used for longest, roughly; it starts anew when it comes back, and may get up
/// to a whole limit more than its share each time. Choose a maximum above the number of keys that are in use within the
/// time a limit takes to become whole, and that does not happen; <c>portolan.resilience.limit.evictions</c> counts it.
/// </remarks>
public sealed class PartitionedLimiter
{
    // Longer keys are replaced by their hash, or a stranger could fill the memory with a few of them.
    private const int LongestKey = 128;

    private readonly PartitionTable table;

    /// <summary>A limiter of this process.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says everything that is.</exception>
    public PartitionedLimiter(RateLimitOptions options, TimeProvider? clock = null)
    {
        Clock = clock ?? TimeProvider.System;
        Policy = RateLimitPolicy.Of(options.Checked());
        var time = new TimeBase(Clock);
        table = options.Algorithm switch
        {
            LimitAlgorithm.FixedWindow => new PartitionTable<FixedWindow, long>(new(options, time), options),
            LimitAlgorithm.SlidingCounter => new PartitionTable<SlidingCounter, long>(new(options, time), options),
            LimitAlgorithm.SlidingLog => new PartitionTable<SlidingLog, PermitLog?>(new(options, time), options),
            _ => new PartitionTable<VirtualSchedule, long>(new(options, time), options),
        };
        Most = options.EffectiveBurst;
    }

    /// <summary>What it promises to each key, for headers.</summary>
    public RateLimitPolicy Policy { get; }

    /// <summary>Where its timestamps come from.</summary>
    public TimeProvider Clock { get; }

    /// <summary>How many keys are remembered now.</summary>
    public int Count => table.Count;

    internal int Most { get; }

    /// <summary>Takes permits of a key, or none of them when not all are there.</summary>
    /// <param name="key">Whose permits; null is a key of its own, shared by all who have none.</param>
    /// <param name="now">Timestamp of the <see cref="Clock"/>.</param>
    /// <param name="permits">What the call costs; 0 asks whether there is one, and takes none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The permits are negative.</exception>
    public LimitResult TryAcquire(string? key, long now, int permits = 1) => (uint)permits <= (uint)Most
        ? table.TryAcquire(Bounded(key), now, permits)
        : LocalLimiter.Over(table.TryAcquire(Bounded(key), now, 0), permits);

    /// <inheritdoc />
    public override string ToString() => $"{Policy} for each key";

    internal void Refund(string? key, long takenAt, int permits) => table.Refund(Bounded(key), takenAt, Clock.GetTimestamp(), permits);

    private static string Bounded(string? key) => key switch
    {
        null => "",
        { Length: <= LongestKey } => key,
        _ => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
    };
}
