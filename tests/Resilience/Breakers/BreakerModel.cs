using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

/// <summary>A call that the model let pass; only itself is the same.</summary>
internal sealed class ModelCall(int generation, long started, bool isProbe)
{
    public int Generation { get; } = generation;

    public long Started { get; } = started;

    public bool IsProbe { get; } = isProbe;
}

/// <summary>What the breaker must do, in the plainest words: lists, one thread, ticks of the virtual clock.</summary>
internal sealed class BreakerModel(CircuitBreakerOptions options, long start)
{
    private readonly List<(long Stretch, bool Bad, bool Slow)> results = [];
    private readonly List<ModelCall> probes = [];
    private BreakerState state = BreakerState.Closed;
    private int generation;
    private long changedAt = start;
    private long until = long.MaxValue;
    private bool ramping;
    private int row;
    private int successes;
    private int reopenings;

    public long Allowed { get; private set; }

    public long Blocked { get; private set; }

    public long Failures { get; private set; }

    public int Transitions { get; private set; }

    public BreakerState State(long now) => state is BreakerState.Open or BreakerState.ForcedOpen && now >= until ? BreakerState.HalfOpen : state;

    public (long Calls, long Bad) Window(long now)
    {
        var visible = Visible(now).ToList();
        return (visible.Count, visible.Count(result => result.Bad));
    }

    public ModelCall? Enter(long now, double chance)
    {
        if (state != BreakerState.HalfOpen && State(now) == BreakerState.HalfOpen)
        {
            Become(BreakerState.HalfOpen, now, long.MaxValue);
        }

        var passes = state switch
        {
            BreakerState.ForcedClosed => true,
            BreakerState.Closed => !ramping || now >= until || chance < (now - changedAt) / (double)options.RampFor.Ticks,
            BreakerState.Open => options.OpenShare > 0 && chance < options.OpenShare,
            BreakerState.HalfOpen => HasPermit(now),
            _ => false,
        };
        if (!passes)
        {
            Blocked++;
            return null;
        }

        var call = new ModelCall(generation, now, state == BreakerState.HalfOpen);
        if (call.IsProbe)
        {
            probes.Add(call);
        }

        return call;
    }

    public void Exit(ModelCall call, Verdict verdict, long now)
    {
        Allowed++;
        var bad = verdict is Verdict.Throttled or Verdict.Failure or Verdict.Unreached;
        Failures += bad ? 1 : 0;
        if (call.Generation != generation)
        {
            return;
        }

        var slow = options.SlowCall is { } limit && now - call.Started >= limit.Ticks;
        if (call.IsProbe)
        {
            Probed(call, verdict, bad || slow, now);
        }
        else if (state is BreakerState.Closed or BreakerState.ForcedClosed && verdict != Verdict.Neutral)
        {
            Count(verdict, bad, slow, now);
        }
    }

    public void ForceOpen(long now, TimeSpan time)
    {
        reopenings = 0;
        Become(BreakerState.ForcedOpen, now, now + time.Ticks);
    }

    public void Isolate(long now)
    {
        reopenings = 0;
        Become(BreakerState.Isolated, now, long.MaxValue);
    }

    public void ForceClose(long now) => Become(BreakerState.ForcedClosed, now, long.MaxValue);

    public void Reset(long now) => Become(BreakerState.Closed, now, long.MaxValue);

    private bool HasPermit(long now)
    {
        if (probes.Count == options.Probes && now >= probes[0].Started + Lasts(reopenings))
        {
            probes.RemoveAt(0);
        }

        return probes.Count < options.Probes;
    }

    private void Probed(ModelCall call, Verdict verdict, bool failed, long now)
    {
        if (!probes.Remove(call) || verdict == Verdict.Neutral)
        {
            return;
        }

        if (failed)
        {
            reopenings++;
            Become(BreakerState.Open, now, now + Lasts(reopenings));
        }
        else if (++successes >= options.SuccessThreshold)
        {
            Become(BreakerState.Closed, now, now + options.RampFor.Ticks);
            ramping = options.RampFor > TimeSpan.Zero;
        }
    }

    private void Count(Verdict verdict, bool bad, bool slow, long now)
    {
        results.Add((Stretch(now), bad, slow));
        row = verdict == Verdict.Success ? 0 : verdict == Verdict.Throttled ? row : row + 1;
        var visible = Visible(now).ToList();
        var enough = visible.Count >= options.MinimumCalls;
        var trips = (bad && verdict != Verdict.Throttled && options.ConsecutiveFailures > 0 && row >= options.ConsecutiveFailures)
            || (bad && enough && options.FailureRate > 0 && visible.Count(result => result.Bad) >= visible.Count * options.FailureRate)
            || (slow && enough && visible.Count(result => result.Slow) >= visible.Count * options.SlowCallRate);
        if (trips && state == BreakerState.Closed)
        {
            reopenings = 0;
            Become(BreakerState.Open, now, now + Lasts(0));
        }
    }

    private IEnumerable<(long Stretch, bool Bad, bool Slow)> Visible(long now) => options.CountWindow > 0
        ? results.TakeLast(options.CountWindow)
        : results.Where(result => result.Stretch > Stretch(now) - options.Buckets);

    private long Stretch(long now) => (now - changedAt) / (options.Window.Ticks / options.Buckets);

    private long Lasts(int openingsBefore) =>
        (long)Math.Min(options.OpenDuration.Ticks * Math.Pow(options.OpenGrowth, openingsBefore), options.MaximumOpenDuration.Ticks);

    private void Become(BreakerState next, long now, long end)
    {
        (state, changedAt, until, ramping, row, successes) = (next, now, end, false, 0, 0);
        generation++;
        Transitions++;
        probes.Clear();
        if (next is BreakerState.Closed or BreakerState.ForcedClosed)
        {
            results.Clear();
        }
    }
}
