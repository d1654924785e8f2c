using System.Runtime.CompilerServices;
using Portolan.Resilience.RateLimiting.Algorithms;

namespace Portolan.Resilience.RateLimiting;

internal static class LocalLimiter
{
    public static Limiter Create(RateLimitOptions options, TimeProvider clock)
    {
        var time = new TimeBase(clock);
        return options.Algorithm switch
        {
            LimitAlgorithm.FixedWindow => new LocalLimiter<FixedWindow, long>(new(options, time), options, clock),
            LimitAlgorithm.SlidingCounter => new LocalLimiter<SlidingCounter, long>(new(options, time), options, clock),
            LimitAlgorithm.SlidingLog => new LocalLimiter<SlidingLog, PermitLog?>(new(options, time), options, clock),
            _ => new LocalLimiter<VirtualSchedule, long>(new(options, time), options, clock),
        };
    }

    /// <summary>The answer to a call that costs more than the limit; never an exception, because a pipeline asks too.</summary>
    public static LimitResult Over(in LimitResult peek, int permits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        return peek with { Admitted = false, RetryAfter = TimeSpan.MaxValue };
    }
}

internal sealed class LocalLimiter<TAlgorithm, TState>(TAlgorithm algorithm, RateLimitOptions options, TimeProvider clock)
    : Limiter(RateLimitPolicy.Of(options), algorithm.Limit, clock)
    where TAlgorithm : struct, ILimitAlgorithm<TState>
{
    private const int Middle = 7;
    private Padded state;

    public override LimitResult TryAcquire(long now, int permits = 1) => (uint)permits <= (uint)Most
        ? algorithm.TryAcquire(ref state[Middle], now, permits)
        : LocalLimiter.Over(algorithm.TryAcquire(ref state[Middle], now, 0), permits);

    internal override void Refund(long takenAt, int permits) => algorithm.Refund(ref state[Middle], takenAt, Clock.GetTimestamp(), permits);

    private protected override long WholeAt(long now) => algorithm.WholeAt(ref state[Middle], now);

    // The state alone on its cache line: else every call of another processor would take away what all of them only read.
    [InlineArray((2 * Middle) + 1)]
    private struct Padded
    {
        private TState state;
    }
}
