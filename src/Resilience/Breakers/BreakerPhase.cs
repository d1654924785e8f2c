namespace Portolan.Resilience.Breakers;

/// <summary>
/// What a breaker is from one transition to the next. Everything that is counted belongs to a phase, so nothing has to be
/// cleared, and what comes late finds the phase it belongs to and not the present one.
/// </summary>
internal sealed class BreakerPhase(BreakerState state, string reason, Rejection refusal)
{
    // Written once more when a ramp is over.
    private bool passesAll;

    public BreakerState State { get; } = state;

    public string Reason { get; } = reason;

    /// <summary>What refused calls are told.</summary>
    public Rejection Refusal { get; } = refusal;

    public required DateTimeOffset Since { get; init; }

    public required long Started { get; init; }

    /// <summary>End of an opening, or of a ramp; the far end of time where there is none.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>The openings in a row before this one.</summary>
    public int Reopenings { get; init; }

    /// <summary>What counts; of closed phases.</summary>
    public FailureSignals? Signals { get; init; }

    /// <summary>Of half-open phases.</summary>
    public ProbePermits? Probes { get; init; }

    /// <summary>What was in the window when it ended.</summary>
    public (long Calls, long Bad) Seen { get; init; }

    /// <summary>True when every call may pass: the one thing that a call asks of a closed breaker.</summary>
    public bool PassesAll
    {
        get => Volatile.Read(ref passesAll);
        set => Volatile.Write(ref passesAll, value);
    }

    public bool Refuses => State is BreakerState.Open or BreakerState.ForcedOpen or BreakerState.Isolated;

    /// <summary>The state at this moment: an opening whose time is over is half-open although nobody has come yet.</summary>
    public BreakerState StateAt(long now) => Refuses && State != BreakerState.Isolated && now >= Until ? BreakerState.HalfOpen : State;
}
