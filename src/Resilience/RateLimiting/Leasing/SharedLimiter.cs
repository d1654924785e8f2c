using Portolan.Resilience.RateLimiting.Algorithms;

namespace Portolan.Resilience.RateLimiting.Leasing;

/// <summary>
/// One replica's part of a limit that all replicas keep together. Permits are leased from a source in batches, and more are
/// asked for in the background when half of them are used: a call takes its permit from what is in hand.
/// </summary>
/// <remarks>
/// What is in hand when a window of the source ends is still good until the first lease of the next, or every window would
/// begin with a wait. So all replicas together admit in a window at most the limit and what they brought along:
/// limit + replicas × lease. While the source is away a replica allows itself its local share in each period, and all
/// together at most replicas × (lease + local share) in the first and replicas × local share in each that follows.
/// The first call of a replica finds nothing in hand: a pipeline and the framework's <c>AcquireAsync</c> wait for the
/// lease, <see cref="TryAcquire"/> refuses unless the source answers at once.
/// </remarks>
public sealed class SharedLimiter : Limiter
{
    private readonly SharedLimiterOptions options;
    private readonly PermitSource source;
    private readonly TimeBase time;
    private readonly CancellationTokenSource stop = new();

    // A request for more belongs to no call: no deadline, span or user of whoever happens to send it.
    private readonly ExecutionContext? origin = ExecutionContext.Capture();

    private readonly long farthest;

    private Task? pending;
    private int asking;
    private long inHand;
    private long windowEnd;
    private long askAt;
    private long shareAt;

    /// <summary>A replica's limiter.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says everything that is.</exception>
    public SharedLimiter(SharedLimiterOptions options, PermitSource source, TimeProvider? clock = null)
        : base(new(options.Name, options.Permits, options.Period), options.Lease, clock ?? TimeProvider.System)
    {
        OptionErrors.ThrowIfAny($"Shared limit '{options.Name}'", options.Validate());
        this.options = options;
        this.source = source;
        time = new TimeBase(Clock);
        farthest = time.Tolerance + Math.Max(time.Saturated(options.Period), time.Saturated(options.RetryDelay));
        windowEnd = askAt = shareAt = time.At(0);
    }

    internal override Task? Pending => Volatile.Read(ref pending);

    /// <inheritdoc />
    public override LimitResult TryAcquire(long now, int permits = 1)
    {
        if ((uint)permits > (uint)Most)
        {
            return LocalLimiter.Over(Answer(false, now), permits);
        }

        if (TryTake(permits))
        {
            if (Volatile.Read(ref inHand) <= options.Lease / 2 || IsOver(windowEnd, now))
            {
                Ask(now);
            }

            return Answer(true, now);
        }

        Ask(now);
        return Answer(TryTake(permits), now);
    }

    internal override void Refund(long takenAt, int permits)
    {
        var most = Math.Max(options.Lease, options.LocalShare);
        long seen;
        do
        {
            seen = Volatile.Read(ref inHand);
        }
        while (Interlocked.CompareExchange(ref inHand, Math.Min(most, seen + permits), seen) != seen);
    }

    private protected override long WholeAt(long now) => Volatile.Read(ref windowEnd);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        stop.Cancel();
        base.Dispose(disposing);
    }

    // A moment further ahead than any we set is one from before the clock was set back.
    private bool IsOver(in long moment, long now) => Volatile.Read(in moment) is var at && (now >= at || at - now > farthest);

    private bool TryTake(int permits)
    {
        while (true)
        {
            var seen = Volatile.Read(ref inHand);
            if (seen < Math.Max(permits, 1))
            {
                return false;
            }

            if (permits == 0 || Interlocked.CompareExchange(ref inHand, seen - permits, seen) == seen)
            {
                return true;
            }
        }
    }

    private LimitResult Answer(bool admitted, long now)
    {
        var reset = time.Time(Volatile.Read(ref windowEnd) - now);
        return new(admitted, options.Permits, Math.Max(0, Volatile.Read(ref inHand)), admitted ? TimeSpan.Zero : RetryAfter(now), reset);
    }

    // By then a request that is under way is answered.
    private TimeSpan RetryAfter(long now) =>
        Volatile.Read(ref asking) != 0 ? options.LeaseTimeout : time.Time(Math.Max(1, Volatile.Read(ref askAt) - now));

    private void Ask(long now)
    {
        if (Volatile.Read(ref asking) == 0 && IsOver(askAt, now) && !stop.IsCancellationRequested && Interlocked.CompareExchange(ref asking, 1, 0) == 0)
        {
            Start(now);
        }
    }

    private void Start(long now)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref pending, answered.Task);
        if (origin is null)
        {
            _ = AskAsync(now, answered);
        }
        else
        {
            ExecutionContext.Run(origin, _ => _ = AskAsync(now, answered), null);
        }
    }

    private async Task AskAsync(long now, TaskCompletionSource answered)
    {
        try
        {
            var isNewWindow = IsOver(windowEnd, now);
            var wanted = (int)(isNewWindow ? options.Lease : options.Lease - Math.Clamp(Volatile.Read(ref inHand), 0, options.Lease));
            if (wanted > 0)
            {
                Take(await LeaseAsync(wanted), wanted, isNewWindow);
            }
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            TakeLocalShare();
        }
        catch (Exception)
        {
            // Disposed: nobody is told any more.
        }
        finally
        {
            Volatile.Write(ref asking, 0);
            answered.SetResult();
        }
    }

    private async ValueTask<PermitGrant> LeaseAsync(int wanted)
    {
        var lease = source.LeaseAsync(new PermitRequest(options.Name, options.Permits, options.Period, wanted), stop.Token);
        return lease.IsCompletedSuccessfully ? lease.Result : await lease.AsTask().WaitAsync(options.LeaseTimeout, Clock, stop.Token);
    }

    private void Take(PermitGrant grant, int wanted, bool isNewWindow)
    {
        var given = Math.Clamp(grant.Permits, 0, wanted);
        var ends = Clock.GetTimestamp() + time.Saturated(grant.EndsAfter);
        Volatile.Write(ref windowEnd, ends);
        if (isNewWindow)
        {
            Interlocked.Exchange(ref inHand, given);
        }
        else
        {
            Interlocked.Add(ref inHand, given);
        }

        // Fewer than wanted: this window has no more, for nobody.
        Volatile.Write(ref askAt, given < wanted ? ends : time.At(0));
    }

    private void TakeLocalShare()
    {
        var now = Clock.GetTimestamp();
        var askAgain = now + time.Saturated(options.RetryDelay);
        if (options.LocalShare > 0)
        {
            if (IsOver(shareAt, now))
            {
                shareAt = now + time.Saturated(options.Period);
                Interlocked.Exchange(ref inHand, options.LocalShare);
            }

            askAgain = Math.Min(askAgain, shareAt);
        }

        Volatile.Write(ref askAt, askAgain);
        ResilienceMetrics.LeaseFailures.Add(1, new KeyValuePair<string, object?>("limit", options.Name));
    }
}
