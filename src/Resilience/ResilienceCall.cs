using Portolan.Core.Deadlines;
using Portolan.Resilience.Execution;

namespace Portolan.Resilience;

/// <summary>One call on its way through a pipeline. It is reused: nobody may keep it after the call has ended.</summary>
public abstract class ResilienceCall
{
    private long timestamp;
    private object? target;
    private List<object>? left;

    private protected ResilienceCall(PipelineScope scope) => Scope = scope;

    /// <summary>Cancelled when the caller gives up or a time-out strikes; pass it on.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Number of this attempt; the first is 1.</summary>
    public int Attempt { get; set; }

    /// <summary>What the caller said of the call.</summary>
    public CallOptions Options { get; private set; }

    /// <summary>Where this attempt goes, such as an instance, as a strategy chose it. A later attempt finds the one before here.</summary>
    public object? Target
    {
        get => target;
        set
        {
            if (target is not null && value != target)
            {
                (left ??= []).Add(target);
            }

            target = value;
        }
    }

    /// <summary>Where attempts before the last one went; null when there were none, or they went to the same.</summary>
    public IReadOnlyList<object>? EarlierTargets => left is { Count: > 0 } ? left : null;

    /// <summary>False where a strategy that chooses targets knows that all of them have been tried.</summary>
    public bool HasOtherTargets { get; set; } = true;

    /// <summary>The pipeline's surroundings.</summary>
    public PipelineScope Scope { get; }

    /// <summary>The clock's timestamp of this stretch of the call: read once, until <see cref="TimePassed"/>.</summary>
    public long Timestamp => timestamp != 0 ? timestamp : timestamp = Scope.Clock.GetTimestamp();

    /// <summary>The clock's timestamp by which a time-out ends this stretch of the call; <see cref="long.MaxValue"/> when none does.</summary>
    public long Due { get; internal set; }

    /// <summary>What time-outs and the ambient <see cref="Deadline"/> leave of the time; <see cref="TimeSpan.MaxValue"/> when nothing bounds it.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var own = Due == long.MaxValue ? TimeSpan.MaxValue : Scope.Clock.GetElapsedTime(Timestamp, Math.Max(Timestamp, Due));
            return Deadline.Current is { } ambient && ambient.Remaining is var left && left < own ? left : own;
        }
    }

    /// <summary>Whoever waited says so, that the next strategy reads the clock again.</summary>
    public void TimePassed() => timestamp = 0;

    internal void Begin(in CallOptions options, CancellationToken cancellationToken)
    {
        Options = options;
        CancellationToken = cancellationToken;
        Attempt = 1;
        Due = long.MaxValue;
        timestamp = 0;
    }

    // What is forked begins now, and so need not read the clock again.
    private protected void Follow(ResilienceCall other)
    {
        timestamp = other.timestamp;
        target = other.target;
        if (other.EarlierTargets is { } earlier)
        {
            (left ??= []).AddRange(earlier);
        }
    }

    private protected void End()
    {
        Options = default;
        CancellationToken = default;
        target = null;
        HasOtherTargets = true;
        left?.Clear();
    }
}

/// <summary>A call whose result is a <typeparamref name="T"/>.</summary>
public abstract class ResilienceCall<T> : ResilienceCall
{
    private Answer<T>? answer;
    private Ending<T>? ending;

    private protected ResilienceCall(PipelineScope scope)
        : base(scope)
    {
    }

    internal Answer<T> Answer => answer ??= new(this);

    internal Ending<T> Ending => ending ??= new(this);

    /// <summary>A second call of the same thing beside this one; give it back with <see cref="Release"/>.</summary>
    public abstract ResilienceCall<T> Fork(CancellationToken cancellationToken);

    /// <summary>Gives a forked call back, when nothing runs in it any more.</summary>
    public abstract void Release();

    internal abstract ValueTask<T> InvokeAsync();
}

internal sealed class ResilienceCall<T, TState>(PipelineScope scope, Pool<ResilienceCall> pool, int place) : ResilienceCall<T>(scope)
{
    private Func<ResilienceCall, TState, ValueTask<T>>? callback;
    private TState? state;

    public static ResilienceCall<T, TState> Rent(
        PipelineScope scope, Pool<ResilienceCall> pool, Func<ResilienceCall, TState, ValueTask<T>> callback, TState state)
    {
        var call = pool.Rent(out var place) as ResilienceCall<T, TState> ?? new ResilienceCall<T, TState>(scope, pool, place);
        call.callback = callback;
        call.state = state;
        return call;
    }

    public override ResilienceCall<T> Fork(CancellationToken cancellationToken)
    {
        var fork = Rent(Scope, pool, callback!, state!);
        fork.Begin(Options, cancellationToken);
        fork.Follow(this);
        fork.Attempt = Attempt;
        fork.Due = Due;
        return fork;
    }

    public override void Release()
    {
        End();
        callback = null;
        state = default;
        pool.Return(this, place);
    }

    internal override ValueTask<T> InvokeAsync() => callback!(this, state!);
}
