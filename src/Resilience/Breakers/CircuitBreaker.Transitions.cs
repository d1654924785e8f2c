namespace Portolan.Resilience.Breakers;

/// <summary>From one phase to the next: all of it under one lock, all that is told of it after the lock.</summary>
public sealed partial class CircuitBreaker
{
    private const string Strategy = "circuit-breaker";
    private const int RememberedTransitions = 20;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private readonly Lock gate = new();
    private readonly Queue<BreakerTransition> transitions = new(RememberedTransitions);
    private ITimer? tooLong;
    private long brokenSince;
    private long countedByEarlierPhases;

    /// <summary>Told when it opens by what itself has seen: until when, and why.</summary>
    internal Action<CircuitBreaker, DateTimeOffset, string>? Opened { get; init; }

    /// <summary>Refuses all calls for a time, whatever it hears; half-open after it.</summary>
    public void ForceOpen(TimeSpan time, string reason = "forced open by an operator") =>
        Force(now => NewOpen(BreakerState.ForcedOpen, reason, now, time, reopenings: 0));

    /// <summary>Refuses all calls until an operator ends it, with <see cref="ForceClose"/> or <see cref="Reset"/>.</summary>
    public void Isolate(string reason = "isolated by an operator") =>
        Force(now => NewOpen(BreakerState.Isolated, reason, now, TimeSpan.MaxValue, reopenings: 0));

    /// <summary>Lets all calls pass, whatever happens, until an operator ends it. It goes on counting.</summary>
    public void ForceClose(string reason = "forced closed by an operator") =>
        Force(now => NewClosed(BreakerState.ForcedClosed, reason, now, ramped: false));

    /// <summary>Closed and with nothing counted, as if it were new; it decides for itself again.</summary>
    public void Reset(string reason = "reset by an operator") =>
        Force(now => NewClosed(BreakerState.Closed, reason, now, ramped: false));

    /// <summary>How it stands.</summary>
    public BreakerReport Report()
    {
        var now = scope.Clock.GetTimestamp();
        lock (gate)
        {
            var state = phase.StateAt(now);
            var (calls, bad) = phase.Signals?.Read(now) ?? phase.Seen;
            var allowed = countedByEarlierPhases + (phase.Signals?.Total ?? 0) + Volatile.Read(ref apart);
            return new BreakerReport(
                Name,
                state,
                phase.Reason,
                phase.Since,
                state is BreakerState.Open or BreakerState.ForcedOpen ? phase.Refusal.RetryAfter : null,
                calls,
                calls == 0 ? 0 : (double)bad / calls,
                allowed,
                Volatile.Read(ref blocked),
                Volatile.Read(ref failures),
                [.. transitions.Reverse()]);
        }
    }

    /// <summary>Opens because another replica did, for what is left of its time; not when an operator decided otherwise, or it is open itself.</summary>
    internal void Adopt(TimeSpan time, string reason)
    {
        var now = scope.Clock.GetTimestamp();
        var current = Volatile.Read(ref phase);
        if (time > TimeSpan.Zero && current.StateAt(now) is BreakerState.Closed or BreakerState.HalfOpen)
        {
            Become(current, NewOpen(BreakerState.Open, reason, now, time, current.Reopenings), now);
        }
    }

    private void Open(BreakerPhase from, string reason, long now)
    {
        var reopenings = from.State == BreakerState.HalfOpen ? from.Reopenings + 1 : 0;
        var time = options.OpenFor(reopenings);
        if (Become(from, NewOpen(BreakerState.Open, reason, now, time, reopenings, from.Signals?.Read(now) ?? from.Seen), now))
        {
            Opened?.Invoke(this, Later(scope.Clock.GetUtcNow(), time), reason);
        }
    }

    // Whoever comes first makes the phase, the others get it: or what has become of it meanwhile.
    private BreakerPhase HalfOpen(BreakerPhase from, long now)
    {
        var patience = scope.Timestamps(options.OpenFor(from.Reopenings));
        Become(from, new BreakerPhase(BreakerState.HalfOpen, "its time is over: probing", Refusal($"is half-open and all {options.Probes} probes are under way") with { Wait = Soon })
        {
            Since = scope.Clock.GetUtcNow(),
            Started = now,
            Reopenings = from.Reopenings,
            Probes = new ProbePermits(options.Probes, patience),
            Seen = from.Seen,
        }, now);
        return Volatile.Read(ref phase);
    }

    private void SettleProbe(BreakerPhase entered, int ticket, Verdict verdict, TimeSpan duration, long now)
    {
        lock (gate)
        {
            if (!ReferenceEquals(entered, phase) || !entered.Probes!.Release(ticket) || verdict == Verdict.Neutral)
            {
                return;
            }

            if (verdict == Verdict.Success && !(duration >= options.SlowCall) && ++entered.Probes.Successes < options.SuccessThreshold)
            {
                return;
            }
        }

        if (verdict != Verdict.Success)
        {
            Open(entered, verdict == Verdict.Throttled ? "a probe was throttled" : "a probe failed", now);
        }
        else if (duration >= options.SlowCall)
        {
            Open(entered, $"a probe took {options.SlowCall} or longer", now);
        }
        else
        {
            Become(entered, NewClosed(BreakerState.Closed, $"{options.SuccessThreshold} probes succeeded", now, ramped: true), now);
        }
    }

    // The same phase by other options: no transition, because calls see none.
    private void Renew(long now)
    {
        var before = phase;
        var renewed = before.State switch
        {
            BreakerState.Closed or BreakerState.ForcedClosed => NewClosed(before.State, before.Reason, now, ramped: false, before.Since),
            BreakerState.Open => NewOpen(before.State, before.Reason, before.Started, options.OpenFor(before.Reopenings), before.Reopenings, before.Seen, before.Since),
            _ => before,
        };
        if (renewed != before)
        {
            Volatile.Write(ref phase, renewed);
            before.Signals?.Seal();
            countedByEarlierPhases += before.Signals?.Total ?? 0;
        }
    }

    private void Force(Func<long, BreakerPhase> next)
    {
        var now = scope.Clock.GetTimestamp();
        while (Volatile.Read(ref phase) is var current && !Become(current, next(now), now))
        {
        }
    }

    private bool Become(BreakerPhase from, BreakerPhase to, long now)
    {
        TimeSpan? broken = null;
        lock (gate)
        {
            if (!ReferenceEquals(phase, from))
            {
                return false;
            }

            Volatile.Write(ref phase, to);
            from.Signals?.Seal();
            countedByEarlierPhases += from.Signals?.Total ?? 0;
            if (transitions.Count == RememberedTransitions)
            {
                transitions.Dequeue();
            }

            transitions.Enqueue(new BreakerTransition(to.Since, from.State, to.State, to.Reason));
            Watch(to, now, ref broken);
        }

        Tell(from.State, to, broken);
        return true;
    }

    // An outage lasts from the first opening to the closing, however often it was probed meanwhile.
    private void Watch(BreakerPhase to, long now, ref TimeSpan? broken)
    {
        if (to.Refuses && tooLong is null)
        {
            brokenSince = now;
            var due = options.OpenTooLong > LongestTimer ? Timeout.InfiniteTimeSpan : options.OpenTooLong;

            // The timer must not keep what the failing call carries alive.
            using AsyncFlowControl? without = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
            tooLong = scope.Clock.CreateTimer(static breaker => ((CircuitBreaker)breaker!).TellTooLong(), this, due, Timeout.InfiniteTimeSpan);
        }
        else if (to.Signals is not null && tooLong is not null)
        {
            tooLong.Dispose();
            tooLong = null;
            broken = scope.Clock.GetElapsedTime(brokenSince, now);
        }
    }

    private void Tell(BreakerState from, BreakerPhase to, TimeSpan? broken)
    {
        var name = new KeyValuePair<string, object?>("breaker", Name);
        ResilienceMetrics.BreakerTransitions.Add(1, name, new("from", BreakerWords.Of(from)), new("to", BreakerWords.Of(to.State)));
        if (broken is { } time)
        {
            ResilienceMetrics.BreakerOpenDuration.Record(time.TotalSeconds, name);
        }

        if (from == BreakerState.HalfOpen && to.State is BreakerState.Closed or BreakerState.Open)
        {
            ResilienceMetrics.BreakerRecoveries.Add(1, name, new("result", to.State == BreakerState.Closed ? "success" : "failure"));
        }

        var wait = to.Refuses && to.State != BreakerState.Isolated ? to.Refusal.RetryAfter ?? TimeSpan.MaxValue : broken ?? TimeSpan.Zero;
        scope.Report(Strategy, $"circuit-{BreakerWords.Of(to.State)}", 0, wait, to.Reason);
    }

    private void TellTooLong()
    {
        TimeSpan since;
        string reason;
        lock (gate)
        {
            if (tooLong is null)
            {
                return;
            }

            since = scope.Clock.GetElapsedTime(brokenSince, scope.Clock.GetTimestamp());
            reason = phase.Reason;
        }

        scope.Report(Strategy, "circuit-open-too-long", 0, since, reason);
    }

    private BreakerPhase NewClosed(BreakerState state, string reason, long now, bool ramped, DateTimeOffset? since = null)
    {
        var isRamped = ramped && ramp > 0;
        var refusal = isRamped
            ? Refusal("has just closed and lets only a share of calls pass yet") with { Wait = Soon }
            : Refusal("refused a moment ago and is closed now") with { Wait = TimeSpan.Zero };
        return new BreakerPhase(state, reason, refusal)
        {
            Since = since ?? scope.Clock.GetUtcNow(),
            Started = now,
            Until = isRamped ? Later(now, ramp) : long.MaxValue,
            Signals = new FailureSignals(options, scope, now),
            PassesAll = !isRamped,
        };
    }

    private BreakerPhase NewOpen(BreakerState state, string reason, long now, TimeSpan time, int reopenings, (long Calls, long Bad) seen = default, DateTimeOffset? since = null)
    {
        var until = Later(now, scope.Timestamps(time));
        var refusal = Refusal($"is {BreakerWords.Of(state).Replace('-', ' ')}: {reason}");
        var isEndKnown = until < long.MaxValue / 2;
        return new BreakerPhase(state, reason, isEndKnown ? refusal with { Clock = scope.Clock, Until = until } : refusal)
        {
            Since = since ?? scope.Clock.GetUtcNow(),
            Started = now,
            Until = until,
            Reopenings = reopenings,
            Seen = seen,
        };
    }

    private Rejection Refusal(string how) => new(RejectionKind.CircuitOpen, Name, $"Circuit '{Name}' {how}.");

    private static long Later(long now, long timestamps) => now > long.MaxValue - timestamps ? long.MaxValue : now + timestamps;

    private static DateTimeOffset Later(DateTimeOffset now, TimeSpan time) => time > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + time;
}
