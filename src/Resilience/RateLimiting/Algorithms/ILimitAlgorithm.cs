namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>
/// The arithmetic of a limiter, apart from its state: one of these serves all keys of a partitioned limiter. Implementations
/// are structs, so that each is compiled into its limiter. A state's default is that of a limiter nobody has asked yet.
/// </summary>
/// <remarks>
/// Timestamps may be a little old, because a thread may sleep between reading the clock and asking: such a call is judged
/// by what was counted since, and never gets more for being late. Only when time lies further behind than
/// <see cref="TimeBase.Tolerance"/> and the limiter's own memory, the clock was set back, and the state follows it, with
/// nothing given back: so the limiter is soon itself again.
/// </remarks>
internal interface ILimitAlgorithm<TState>
{
    /// <summary>The most permits that can be had at once.</summary>
    int Limit { get; }

    /// <summary>Takes 1 to <see cref="Limit"/> permits, or looks for one without taking it: 0.</summary>
    LimitResult TryAcquire(ref TState state, long now, int permits);

    /// <summary>Gives permits back that were taken a moment ago, where they still count.</summary>
    void Refund(ref TState state, long takenAt, long now, int permits);

    /// <summary>From when on the state is as good as one nobody has asked.</summary>
    long WholeAt(ref TState state, long now);
}
