using Portolan.Resilience.Latency;

namespace Portolan.Resilience.Concurrency;

/// <summary>
/// A limit of calls at once that finds itself: it grows while latency stays near the shortest that was measured, and shrinks
/// when calls take longer, because then they wait somewhere. Pipelines and servers that are given the same one share it.
/// Entering takes one interlocked operation, leaving two.
/// <para>
/// 1. In windows of 100 ms, <c>limit = gradient * limit + sqrt(limit)</c>, where the gradient is the shortest latency plus
/// its buffer over the latency of the window, at least 0.5 and at most 2. The root is the room in which it probes for more.
/// A limit that calls do not use half of does not grow: nothing is known of what lies above it.
/// </para>
/// <para>
/// 2. A shorter latency is taken over at once. That it has become longer is only learnt when it is measured anew: every minute
/// the limit is halved for fifty calls, so that what waited is gone, and the latency of the calls that began since is the
/// shortest. The first fifty calls measure it without a halving.
/// </para>
/// <para>
/// 3. Failures count when they took longer than that. A fast failure says nothing of how busy one is. A caller who gave up
/// counts when he had already waited longer than the buffer: if all give up, there is nobody else to say how slow it is.
/// </para>
/// </summary>
public sealed class AdaptiveConcurrency
{
    // 0.95 of 20 is 19, whatever binary fractions make of it.
    private const double Rounding = 1e-9;

    private readonly ConcurrencyOptions options;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly KeyValuePair<string, object?> tag;
    private readonly long window;
    private LatencySlice slice = new();
    private LatencySlice spare = new();
    private volatile int limit;
    private int inFlight;
    private int peak;
    private long windowStart;
    private long samplesFrom = long.MinValue;
    private long shortest;
    private int adapting;

    // Only for who adapts.
    private double estimate;
    private bool measuring = true;
    private long measureAt;

    /// <summary>A limit.</summary>
    /// <param name="name">What events, metrics and rejections call it.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <param name="random">Null: the shared one.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public AdaptiveConcurrency(string name, ConcurrencyOptions? options = null, TimeProvider? clock = null, Random? random = null)
    {
        this.options = options ?? new ConcurrencyOptions();
        OptionErrors.ThrowIfAny(nameof(ConcurrencyOptions), this.options.Validate());
        Name = name;
        this.clock = clock ?? TimeProvider.System;
        this.random = random ?? Random.Shared;
        tag = new("concurrency", name);
        window = Timestamps(this.options.Window);
        windowStart = this.clock.GetTimestamp();
        estimate = limit = this.options.InitialLimit;
        Rejection = new Rejection(RejectionKind.LoadShed, "adaptive-concurrency", $"As many calls run in '{name}' as its latency allows.");
    }

    /// <summary>What events, metrics and rejections call it.</summary>
    public string Name { get; }

    /// <summary>How many calls may run at once now.</summary>
    public int Limit => limit;

    /// <summary>How many run.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>The shortest latency, with which others are compared; zero as long as it is not known.</summary>
    public TimeSpan Shortest => TimeSpan.FromTicks(Volatile.Read(ref shortest));

    /// <summary>Calls that run as a share of the limit. It may pass 1 when the limit has just shrunk.</summary>
    public double Utilisation => (double)InFlight / limit;

    internal Rejection Rejection { get; }

    /// <summary>Where its timestamps come from.</summary>
    internal TimeProvider Clock => clock;

    /// <inheritdoc />
    public override string ToString() => $"adaptive concurrency {options.MinimumLimit} to {options.MaximumLimit}";

    /// <summary>Begins a call, if there is room for it.</summary>
    /// <param name="share">How much of the limit calls of its kind may fill up, 0 to 1; at least one place, or they would starve on a small limit.</param>
    internal bool TryEnter(double share = 1)
    {
        var room = share >= 1 ? limit : Math.Max(1, (int)((limit * share) + Rounding));
        for (var seen = Volatile.Read(ref inFlight); seen < room;)
        {
            var found = Interlocked.CompareExchange(ref inFlight, seen + 1, seen);
            if (found == seen)
            {
                // Not exact, and need not be.
                peak = Math.Max(peak, seen + 1);
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>Ends a call that says nothing of latency.</summary>
    internal void Leave() => Interlocked.Decrement(ref inFlight);

    /// <summary>Ends a call that ran between two timestamps.</summary>
    internal void Leave(long started, long now, Verdict verdict)
    {
        Interlocked.Decrement(ref inFlight);
        var duration = clock.GetElapsedTime(started, now);
        if (started >= Volatile.Read(ref samplesFrom) && Counts(verdict, duration))
        {
            Volatile.Read(ref slice).Add(duration);
        }

        // A clock that was set back ends the window too.
        if ((ulong)(now - Volatile.Read(ref windowStart)) >= (ulong)window && Interlocked.Exchange(ref adapting, 1) == 0)
        {
            Adapt(now);
            Volatile.Write(ref adapting, 0);
        }
    }

    // Less than nothing is a clock that was set back under the call.
    private bool Counts(Verdict verdict, TimeSpan duration) => duration >= TimeSpan.Zero && verdict switch
    {
        Verdict.Success => true,
        Verdict.Neutral => Shortest > TimeSpan.Zero && duration > Shortest * (1 + options.Buffer),
        _ => Shortest > TimeSpan.Zero && duration >= Shortest,
    };

    private void Adapt(long now)
    {
        if (now < windowStart)
        {
            samplesFrom = now;
            measureAt = Math.Min(measureAt, now + Timestamps(options.MeasureEvery));
        }

        windowStart = now;
        var counts = slice.Counts;
        var count = LatencySlice.Total(counts);
        if (count < (measuring ? options.MeasureSamples : options.MinimumSamples))
        {
            return;
        }

        var latency = Math.Max(1, LatencySlice.Percentile(counts, count, options.Percentile).Ticks);
        if (measuring)
        {
            Measured(latency, now);
        }
        else
        {
            Follow(latency);
        }

        if (!measuring && now >= measureAt)
        {
            Measure(now);
        }

        Interlocked.Exchange(ref peak, InFlight);
        spare.Begin(now);
        spare = Interlocked.Exchange(ref slice, spare);
    }

    private void Follow(long latency)
    {
        shortest = Math.Min(shortest, latency);
        var gradient = Math.Clamp(shortest * (1 + options.Buffer) / latency, 0.5, 2);
        var next = Math.Clamp((gradient * estimate) + Math.Sqrt(estimate), options.MinimumLimit, options.MaximumLimit);
        if (next < estimate || 2 * peak >= limit)
        {
            estimate = next;
            Set((int)next);
        }
    }

    private void Measure(long now)
    {
        measuring = true;
        samplesFrom = now;
        Set(Math.Max(options.MinimumLimit, limit / 2));
    }

    private void Measured(long latency, long now)
    {
        measuring = false;
        shortest = latency;
        measureAt = now + Timestamps(options.MeasureEvery * (0.9 + (0.2 * random.NextDouble())));
        Set((int)estimate);
    }

    private void Set(int next)
    {
        limit = next;
        if (ResilienceMetrics.ConcurrencyLimit.Enabled)
        {
            ResilienceMetrics.ConcurrencyLimit.Record(next, tag);
        }
    }

    private long Timestamps(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
