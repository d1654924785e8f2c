namespace Portolan.Resilience.Breakers;

/// <summary>A call's way through a breaker and its parents: given out by <see cref="CircuitBreaker.TryEnter"/>, given back once with the result.</summary>
public readonly struct BreakerEntry
{
    private const int Refused = -1;

    private readonly BreakerPhase? parent;
    private readonly BreakerPhase? grandparent;
    private readonly int parentTicket;
    private readonly int grandparentTicket;

    internal BreakerEntry(BreakerPhase phase, int ticket, long started, in BreakerEntry outer = default)
    {
        Phase = phase;
        Ticket = ticket;
        Started = started;
        parent = outer.Phase;
        parentTicket = outer.Ticket;
        grandparent = outer.parent;
        grandparentTicket = outer.parentTicket;
    }

    /// <summary>Why the call was refused; null when it may go on. One object for all refusals of an opening.</summary>
    public Rejection? Refusal => Ticket == Refused ? Phase!.Refusal : null;

    /// <summary>True when the call is a probe of a half-open breaker.</summary>
    public bool IsProbe => Ticket > 0 || parentTicket > 0 || grandparentTicket > 0;

    // The phase itself stands for the generation: what was entered in an earlier one counts for nobody.
    internal BreakerPhase? Phase { get; }

    internal int Ticket { get; }

    internal long Started { get; }

    internal BreakerEntry Outer => parent is null ? default : new(parent, parentTicket, Started, grandparent is null ? default : new(grandparent, grandparentTicket, Started));

    internal static BreakerEntry RefusedBy(BreakerPhase phase) => new(phase, Refused, 0);
}
