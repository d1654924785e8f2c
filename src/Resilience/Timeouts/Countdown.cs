namespace Portolan.Resilience.Timeouts;

/// <summary>
/// A token that is cancelled when a moment comes or the caller gives up, whichever is first; used again and again, because
/// most calls end before either.
/// <para>
/// 1. One word, <c>due</c>, says what it waits for. <see cref="Start"/> writes the moment there, <see cref="Stop"/> and the
/// timer each replace that very moment by what they want: one of them finds it, and the other is too late.
/// </para>
/// <para>
/// 2. The timer is lazy. Stopping leaves it armed; when it fires, it looks at the moment that is due by then, and waits for
/// the rest of it or goes to sleep. So a call touches the timer only when its moment comes before the timer would look.
/// </para>
/// <para>3. What has struck, or was cancelled, is never used again: somebody may still hold its token.</para>
/// </summary>
internal sealed class Countdown : IDisposable
{
    private const long Idle = long.MaxValue;
    private const long Cancelled = long.MinValue + 1;
    private const long Struck = long.MinValue;

    // A timer bears no more than 49 days; looking in between costs nothing.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private readonly CancellationTokenSource source = new();
    private readonly Lock arming = new();
    private CancellationTokenRegistration registration;
    private long moment;
    private long due = Idle;
    private long armed = Idle;

    public Countdown(TimeProvider clock)
    {
        this.clock = clock;

        // It outlives the call that happens to need it first, and so must not keep what flows with that call.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        timer = clock.CreateTimer(static countdown => ((Countdown)countdown!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Where in its pool it goes back to.</summary>
    public int Place { get; set; }

    /// <summary>The token of the call outside of this one, as <see cref="Start"/> got it.</summary>
    public CancellationToken Outer { get; private set; }

    /// <summary>The moment that held outside of this one.</summary>
    public long OuterDue { get; private set; }

    /// <summary>When it was started.</summary>
    public long Began { get; private set; }

    /// <summary>Begins to wait for a timestamp of the clock, and for the call's own token; the call gets the token and the moment.</summary>
    public void Start(ResilienceCall call, long until)
    {
        Outer = call.CancellationToken;
        OuterDue = call.Due;
        Began = call.Timestamp;
        moment = until;
        Interlocked.Exchange(ref due, until);
        if (Volatile.Read(ref armed) > until)
        {
            Arm();
        }

        if (Outer.CanBeCanceled)
        {
            registration = Outer.UnsafeRegister(static countdown => ((Countdown)countdown!).Cancel(), this);
        }

        call.Due = until;
        call.CancellationToken = source.Token;
    }

    /// <summary>Ends the waiting and gives the call its own token and moment back.</summary>
    /// <param name="call">The call.</param>
    /// <param name="reusable">False when somebody may still see its token.</param>
    /// <returns>True when the moment came first.</returns>
    public bool Stop(ResilienceCall call, out bool reusable)
    {
        call.CancellationToken = Outer;
        call.Due = OuterDue;

        // A registration that is gone has run or runs now: whatever it does, it does to a countdown nobody else gets.
        var alone = !Outer.CanBeCanceled || registration.Unregister();
        var found = Interlocked.CompareExchange(ref due, alone ? Idle : Cancelled, moment);
        registration = default;
        Outer = default;
        reusable = alone && found == moment && source.TryReset();
        return found == Struck;
    }

    /// <summary>Nobody will start it again. The source stays as it is: somebody may still hold its token.</summary>
    public void Dispose() => timer.Dispose();

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref due, Cancelled, moment) == moment)
        {
            source.Cancel();
        }
    }

    private void Look()
    {
        // The lock waits for an arming that is under way; the exchange lets no read of due come before it, as in Start.
        lock (arming)
        {
            Interlocked.Exchange(ref armed, Idle);
        }

        for (var seen = Volatile.Read(ref due); seen is not (Idle or Cancelled or Struck);)
        {
            if (clock.GetTimestamp() < seen)
            {
                Arm();
                return;
            }

            var found = Interlocked.CompareExchange(ref due, Struck, seen);
            if (found == seen)
            {
                Strike();
                return;
            }

            seen = found;
        }
    }

    private void Strike()
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // Thrown by what callbacks registered on the token; on a timer's thread it would end the process.
        }
    }

    private void Arm()
    {
        lock (arming)
        {
            var until = Volatile.Read(ref due);
            if (until is Cancelled or Struck || until >= armed)
            {
                return;
            }

            // First the word, then the timer: a timer that fires at once waits for the lock and finds the word as it is.
            Interlocked.Exchange(ref armed, until);
            timer.Change(Wait(until), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Wait(long until)
    {
        var wait = clock.GetElapsedTime(clock.GetTimestamp(), until);
        return wait <= TimeSpan.Zero ? TimeSpan.Zero
            : wait >= LongestWait ? LongestWait
            : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
    }
}
