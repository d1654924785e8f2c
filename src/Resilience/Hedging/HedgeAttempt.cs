using System.Threading.Tasks.Sources;

namespace Portolan.Resilience.Hedging;

/// <summary>
/// One attempt of a hedged call, on a fork of its own with a token of its own. It is used again, unless it was cancelled.
/// <para>
/// 1. <see cref="Start"/> runs it. Nearly always it is the only one, and whoever waits for it waits in
/// <see cref="EndsWithinAsync"/>, which allocates nothing: the attempt is itself the source of that task, and its timer stays.
/// </para>
/// <para>
/// 2. One word, <c>state</c>, decides between the end and the timer. While one waits, it is the moment that is due. The end
/// always leaves <see cref="Ended"/> there, and wakes whom it finds; the timer replaces that very moment, once it has come.
/// So a timer of an earlier use that fires late does nothing.
/// </para>
/// <para>
/// 3. The timer is lazy: an end leaves it armed. When it fires, it looks at the moment that is due by then, and waits for the
/// rest of it or goes to sleep. So most calls never touch it.
/// </para>
/// <para>4. Once there are several, <see cref="EndAsync"/> gives an ordinary task.</para>
/// </summary>
internal sealed class HedgeAttempt<T> : IValueTaskSource<bool>, IDisposable
{
    // Everything above these is the moment that somebody waits for.
    private const long Unwatched = long.MinValue;
    private const long Ended = long.MinValue + 1;
    private const long Awaited = long.MinValue + 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly CancellationTokenSource cancellation = new();
    private readonly TimeProvider clock;
    private readonly Action end;
    private readonly Lock arming = new();
    private ManualResetValueTaskSourceCore<bool> source;
    private CancellationTokenRegistration link;
    private ValueTask<Outcome<T>> pending;
    private ITimer? timer;
    private TaskCompletionSource? completion;
    private long state;
    private long armed = long.MaxValue;

    public HedgeAttempt(TimeProvider clock, int place)
    {
        this.clock = clock;
        Place = place;
        end = End;
    }

    /// <summary>Where it goes back to.</summary>
    public int Place { get; }

    /// <summary>The fork it runs on.</summary>
    public ResilienceCall<T> Call { get; private set; } = null!;

    /// <summary>When it started.</summary>
    public long Started { get; private set; }

    /// <summary>How it ended, once it has.</summary>
    public Outcome<T> Outcome { get; private set; }

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => Volatile.Read(ref state) == Ended;

    /// <summary>Runs the call beside itself, as the given attempt, and elsewhere than where the one before went.</summary>
    public void Start(ResilienceCall<T> call, ResilienceStrategy<T> next, int number, object? before)
    {
        Started = call.Timestamp;
        Call = call.Fork(cancellation.Token);
        Call.Attempt = number;
        Call.Target = before;
        state = Unwatched;
        completion = null;
        if (call.CancellationToken.CanBeCanceled)
        {
            link = call.CancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), cancellation);
        }

        var begun = next.ExecuteAsync(Call);
        pending = begun;
        if (begun.IsCompleted)
        {
            End();
        }
    }

    /// <summary>Waits for the end, or for the delay when that comes first: false then.</summary>
    public ValueTask<bool> EndsWithinAsync(TimeSpan delay)
    {
        source.Reset();
        var task = new ValueTask<bool>(this, source.Version);
        var bounded = delay != Timeout.InfiniteTimeSpan && delay <= Longest;
        var due = bounded ? Started + Call.Scope.Timestamps(delay) : long.MaxValue;
        Interlocked.Exchange(ref state, due);
        if (due < Volatile.Read(ref armed))
        {
            Arm();
        }

        Watch();
        return task;
    }

    /// <summary>Completes with the end; only when nobody waits in <see cref="EndsWithinAsync"/> any more.</summary>
    public Task EndAsync()
    {
        completion ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref state, Awaited, Unwatched) == Ended ? Task.CompletedTask : completion.Task;
    }

    /// <summary>Sees to it that the end is noticed; <see cref="EndsWithinAsync"/> does so itself.</summary>
    public void Watch()
    {
        if (!HasEnded)
        {
            pending.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(end);
        }
    }

    /// <summary>Gives the fork back, when the attempt has ended. True when the attempt may be used again.</summary>
    public bool Release(CancellationToken linked)
    {
        Call.Release();
        Outcome = default;
        pending = default;

        // A registration that is gone has run or runs now: whatever it does, it does to an attempt nobody uses again.
        var alone = !linked.CanBeCanceled || link.Unregister();
        link = default;

        // Whose end somebody awaited may be just about to say so: used again, it would tell that of another call.
        return alone && completion is null && cancellation.TryReset();
    }

    /// <summary>Cancels it, waits until nothing runs in it any more, and disposes of what it brings.</summary>
    public async Task AbandonAsync(CancellationToken linked)
    {
        // Elsewhere: what others registered on the token may take its time, and must not hold up the answer.
        await cancellation.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndAsync();
        Outcome.Discard();
        Release(linked);
        Dispose();
    }

    // The source stays as it is: somebody may still hold its token.
    public void Dispose() => timer?.Dispose();

    bool IValueTaskSource<bool>.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    private void End()
    {
        try
        {
            Outcome = pending.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            // Strategies do not throw; one that does all the same must not leave a call waiting for ever.
            Outcome = Outcome<T>.Of(exception);
        }

        switch (Interlocked.Exchange(ref state, Ended))
        {
            case Unwatched or Ended:
                break;
            case Awaited:
                completion!.SetResult();
                break;
            default:
                source.SetResult(true);
                break;
        }
    }

    private void Arm()
    {
        lock (arming)
        {
            var due = Volatile.Read(ref state);
            if (!IsMoment(due) || due >= armed)
            {
                return;
            }

            timer ??= CreateTimer();

            // First the word, then the timer: one that fires at once waits for the lock and finds the word as it is.
            Interlocked.Exchange(ref armed, due);
            var rest = clock.GetElapsedTime(clock.GetTimestamp(), due);
            timer.Change(rest > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    // It outlives the call that happens to need it first, and so must not keep what flows with that call.
    private ITimer CreateTimer()
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        return clock.CreateTimer(static attempt => ((HedgeAttempt<T>)attempt!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        // The lock waits for an arming that is under way; the exchange lets no read of the moment come before it.
        lock (arming)
        {
            Interlocked.Exchange(ref armed, long.MaxValue);
        }

        var due = Volatile.Read(ref state);
        if (!IsMoment(due))
        {
            return;
        }

        // It was armed for an earlier call, or came a little early.
        if (clock.GetTimestamp() < due)
        {
            Arm();
        }
        else if (Interlocked.CompareExchange(ref state, Unwatched, due) == due)
        {
            source.SetResult(false);
        }
    }

    private static bool IsMoment(long state) => state is > Awaited and < long.MaxValue;
}
