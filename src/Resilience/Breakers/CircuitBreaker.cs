namespace Portolan.Resilience.Breakers;

/// <summary>
/// Stops calls to what fails, and finds out when it has recovered. Safe for any number of threads, and may be shared by any
/// number of pipelines, of whatever result. Call <see cref="TryEnter"/>, then <see cref="Exit"/> once with the result.
/// </summary>
/// <remarks>
/// 1. Closed: a call reads the phase, and at its end swaps one word of the phase's window. Only failures look further.
/// 2. Open: a call reads the phase and its end, and gets the phase's one rejection.
/// 3. Half-open: calls take permits under the lock, refused ones mostly without.
/// A transition, under the lock, puts a new phase in the place of the old one. An entry knows its phase: a result of an
/// earlier one is counted as allowed and otherwise ignored.
/// </remarks>
public sealed partial class CircuitBreaker
{
    /// <summary>How many breakers may stand in each other: an operation's in an instance's in a dependency's.</summary>
    public const int Deepest = 3;

    private readonly CircuitBreaker? parent;
    private volatile CircuitBreakerOptions options;
    private readonly PipelineScope scope;
    private long ramp;
    private BreakerPhase phase;
    private long blocked;
    private long failures;

    // Calls that passed without a closed phase's window counting them: probes, neutral results, late ones.
    private long apart;

    /// <param name="name">Name, as metrics, events and operators see it.</param>
    /// <param name="options">See there.</param>
    /// <param name="clock">Time.</param>
    /// <param name="parent">Where its calls must pass too: the breaker of the whole dependency, for one of its instances.</param>
    /// <param name="random">Chance, for <see cref="CircuitBreakerOptions.OpenShare"/> and <see cref="CircuitBreakerOptions.RampFor"/>. Default: the shared one.</param>
    /// <param name="onEvent">Told of every transition, and of an opening that lasts too long; the breaker stands in the event as the pipeline.</param>
    /// <exception cref="ArgumentException">The options are wrong, or the parents too many.</exception>
    public CircuitBreaker(
        string name,
        CircuitBreakerOptions options,
        TimeProvider clock,
        CircuitBreaker? parent = null,
        Random? random = null,
        Action<ResilienceEvent>? onEvent = null)
    {
        OptionErrors.ThrowIfAny($"Circuit breaker '{name}'", options.Validate());
        if (parent?.parent?.parent is not null)
        {
            throw new ArgumentException($"Circuit breaker '{name}' would be the fourth in a row; {Deepest} may stand in each other.", nameof(parent));
        }

        this.parent = parent;
        this.options = options;
        scope = new PipelineScope(name, clock, random ?? Random.Shared, onEvent);
        ramp = scope.Timestamps(options.RampFor);
        phase = NewClosed(BreakerState.Closed, "new", clock.GetTimestamp(), ramped: false);
    }

    /// <summary>Name, as metrics, events and operators see it.</summary>
    public string Name => scope.Name;

    /// <summary>What it does with calls; an opening whose time is over is half-open.</summary>
    public BreakerState State => Volatile.Read(ref phase).StateAt(scope.Clock.GetTimestamp());

    /// <summary>What it, or else its parent, tells calls it refuses now. One object for a whole opening; <see cref="BreakerEntry.Refusal"/> has the one of a certain call.</summary>
    public Rejection Rejection => Volatile.Read(ref phase) is var own && own.PassesAll && parent is not null ? parent.Rejection : own.Refusal;

    /// <summary>True when the breaker must know when a call really ended, although it never waited.</summary>
    internal bool IsTimed => options.IsTimed || parent is { IsTimed: true };

    /// <summary>
    /// True when a call that comes now would most likely pass: for whoever can go elsewhere. Takes no permit, so another may
    /// still be quicker. Its parents are not asked.
    /// </summary>
    public bool Accepts
    {
        get
        {
            var current = Volatile.Read(ref phase);
            if (current.PassesAll)
            {
                return true;
            }

            var now = scope.Clock.GetTimestamp();
            return current.StateAt(now) switch
            {
                BreakerState.HalfOpen => current.Probes?.Refuses(now) != true,
                BreakerState.Closed or BreakerState.ForcedClosed => true,
                _ => false,
            };
        }
    }

    /// <summary>True when the call may go on; then it must <see cref="Exit"/>.</summary>
    /// <param name="timestamp">The clock's, of now.</param>
    /// <param name="entry">Give it to <see cref="Exit"/>; of a refused call it has the reason.</param>
    public bool TryEnter(long timestamp, out BreakerEntry entry)
    {
        var current = Volatile.Read(ref phase);
        var ticket = 0;
        if (!current.PassesAll && !TryPass(ref current, timestamp, out ticket))
        {
            Interlocked.Increment(ref blocked);
            entry = BreakerEntry.RefusedBy(current);
            return false;
        }

        if (parent is null)
        {
            entry = new BreakerEntry(current, ticket, timestamp);
            return true;
        }

        return TryEnterParent(current, ticket, timestamp, out entry);
    }

    /// <summary>
    /// Gives it other options. What has been counted by the old ones says nothing to the new ones and is forgotten; an opening
    /// goes on, for as long as it would have lasted with them. Equal options change nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The options are wrong; those it has stay.</exception>
    public void Configure(CircuitBreakerOptions changed)
    {
        OptionErrors.ThrowIfAny($"Circuit breaker '{Name}'", changed.Validate());
        var now = scope.Clock.GetTimestamp();
        lock (gate)
        {
            if (options == changed)
            {
                return;
            }

            options = changed;
            Volatile.Write(ref ramp, scope.Timestamps(changed.RampFor));
            Renew(now);
        }
    }

    /// <summary>Gives the entry back with the result. A refused entry is nothing to give back.</summary>
    /// <param name="entry">Of <see cref="TryEnter"/>.</param>
    /// <param name="verdict">What the result says.</param>
    /// <param name="now">The clock's timestamp of now.</param>
    public void Exit(in BreakerEntry entry, Verdict verdict, long now)
    {
        if (entry.Phase is not { } entered || entry.Refusal is not null)
        {
            return;
        }

        Settle(entered, entry.Ticket, entry.Started, verdict, now);
        parent?.Exit(entry.Outer, verdict, now);
    }

    private bool TryEnterParent(BreakerPhase current, int ticket, long timestamp, out BreakerEntry entry)
    {
        if (parent!.TryEnter(timestamp, out var outer))
        {
            entry = new BreakerEntry(current, ticket, timestamp, outer);
            return true;
        }

        if (ticket > 0)
        {
            SettleProbe(current, ticket, Verdict.Neutral, default, timestamp);
        }

        Interlocked.Increment(ref blocked);
        entry = outer;
        return false;
    }

    private bool TryPass(ref BreakerPhase current, long now, out int ticket)
    {
        ticket = 0;
        if (current.Refuses && current.StateAt(now) == BreakerState.HalfOpen)
        {
            current = HalfOpen(current, now);
        }

        if (current.State == BreakerState.HalfOpen)
        {
            return TryTakePermit(ref current, now, out ticket);
        }

        if (current.State == BreakerState.Open)
        {
            return Chance(options.OpenShare);
        }

        return !current.Refuses && TryRamp(current, now);
    }

    private bool TryRamp(BreakerPhase current, long now)
    {
        if (!current.PassesAll && now >= current.Until)
        {
            current.PassesAll = true;
        }

        return current.PassesAll || Chance((now - current.Started) / (double)Volatile.Read(ref ramp));
    }

    private bool Chance(double share) => share > 0 && scope.Random.NextDouble() < share;

    private bool TryTakePermit(ref BreakerPhase current, long now, out int ticket)
    {
        ticket = 0;
        if (current.Probes!.Refuses(now))
        {
            return false;
        }

        lock (gate)
        {
            if (ReferenceEquals(current, phase))
            {
                ticket = current.Probes.Take(now);
                return ticket > 0;
            }
        }

        // It opened or closed just now: asked again, as if the call had come a moment later.
        current = Volatile.Read(ref phase);
        return current.PassesAll || TryPass(ref current, now, out ticket);
    }

    private void Settle(BreakerPhase entered, int ticket, long started, Verdict verdict, long now)
    {
        if (verdict >= Verdict.Throttled)
        {
            Interlocked.Increment(ref failures);
        }

        if (verdict != Verdict.Neutral && entered.Signals is { } signals && signals.Record(verdict, started, now, out var trip))
        {
            if (trip is not null && entered.State == BreakerState.Closed)
            {
                Open(entered, trip, now);
            }

            return;
        }

        Interlocked.Increment(ref apart);
        if (ticket > 0)
        {
            SettleProbe(entered, ticket, verdict, scope.Clock.GetElapsedTime(started, now), now);
        }
    }
}
