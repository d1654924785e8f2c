using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;

namespace Portolan.Resilience.Breakers;

/// <summary>Which breakers there may be.</summary>
public sealed record CircuitBreakersOptions
{
    /// <summary>Options of every breaker that has none of its own.</summary>
    public CircuitBreakerOptions Default { get; init; } = new();

    /// <summary>Options by the breaker's name.</summary>
    public IReadOnlyDictionary<string, CircuitBreakerOptions> ByName { get; init; } = new Dictionary<string, CircuitBreakerOptions>();

    /// <summary>So many are kept; more only when operators forced so many. Default 1,000.</summary>
    public int Capacity { get; init; } = 1_000;

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. new OptionErrors().Range(nameof(Capacity), Capacity, 1, int.MaxValue).All,
        .. Default.Validate().Select(error => $"Default: {error}"),
        .. ByName.SelectMany(pair => pair.Value.Validate().Select(error => $"{pair.Key}: {error}")),
    ];
}

/// <summary>
/// The breakers of a process by name, made when first asked for. Their number is bounded: for a new one, a tenth makes room,
/// closed ones first and those that were not asked for longest; what an operator forced stays.
/// </summary>
public sealed class CircuitBreakers : IDisposable
{
    private readonly ConcurrentDictionary<string, Kept> breakers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BreakerOpening> unmade = new(StringComparer.Ordinal);
    private readonly Lock making = new();
    private readonly CircuitBreakersOptions options;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly Action<ResilienceEvent>? onEvent;
    private readonly IBreakerStateStore? shared;
    private readonly string replica = Guid.NewGuid().ToString("N");
    private readonly IDisposable? subscription;

    // A meter of its own, because instruments that observe live as long as their meter, and this one ends with us.
    private readonly Meter meter = new(PortolanTelemetry.Name);
    private long made;

    /// <param name="options">See there.</param>
    /// <param name="clock">Time.</param>
    /// <param name="random">Chance. Default: the shared one.</param>
    /// <param name="onEvent">Told of the events of all breakers.</param>
    /// <param name="shared">Where replicas tell each other of openings. Default: they do not.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message has all errors.</exception>
    public CircuitBreakers(
        CircuitBreakersOptions options, TimeProvider clock, Random? random = null, Action<ResilienceEvent>? onEvent = null, IBreakerStateStore? shared = null)
    {
        OptionErrors.ThrowIfAny("Circuit breakers", options.Validate());
        this.options = options;
        this.clock = clock;
        this.random = random ?? Random.Shared;
        this.onEvent = onEvent;
        this.shared = shared;
        meter.CreateObservableGauge("portolan.resilience.breaker.state", () => Observe(report => (long)report.State), "{state}", "0 closed, 1 half-open, 2 open, 3 forced closed, 4 forced open, 5 isolated.");
        meter.CreateObservableCounter("portolan.resilience.breaker.allowed", () => Observe(report => report.Allowed), "{call}", "Calls that passed and have come back.");
        meter.CreateObservableCounter("portolan.resilience.breaker.blocked", () => Observe(report => report.Blocked), "{call}", "Calls that were refused.");
        subscription = shared?.Subscribe(Adopt);
    }

    /// <summary>How many there are.</summary>
    public int Count => breakers.Count;

    /// <summary>All there are, by name.</summary>
    public IReadOnlyList<CircuitBreaker> All => [.. breakers.Values.Select(kept => kept.Breaker).OrderBy(breaker => breaker.Name, StringComparer.Ordinal)];

    /// <summary>The breaker of this name; made when there is none, inside <paramref name="parent"/>, and with its <paramref name="own"/> options where none are configured by its name. Ask for it for each call: one that was long idle may have made room.</summary>
    public CircuitBreaker Get(string name, CircuitBreaker? parent = null, CircuitBreakerOptions? own = null)
    {
        if (!breakers.TryGetValue(name, out var kept))
        {
            return Make(name, parent, own).Breaker;
        }

        // Used since the last one was made: that is all the order eviction needs, and mostly only a read.
        var now = Volatile.Read(ref made);
        if (kept.UsedAt != now)
        {
            kept.UsedAt = now;
        }

        return kept.Breaker;
    }

    /// <summary>The breaker of this name, or null.</summary>
    public CircuitBreaker? Find(string name) => breakers.TryGetValue(name, out var kept) ? kept.Breaker : null;

    /// <summary>Gives other options to the breakers that there are of these names; those that are configured by their name keep theirs.</summary>
    /// <param name="prefix">What the names begin with.</param>
    /// <param name="own">Equal ones change nothing.</param>
    public void Configure(string prefix, CircuitBreakerOptions own)
    {
        foreach (var (name, kept) in breakers)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && !options.ByName.ContainsKey(name))
            {
                kept.Breaker.Configure(own);
            }
        }
    }

    /// <summary>Ends metrics and sharing; the breakers themselves go on.</summary>
    public void Dispose()
    {
        subscription?.Dispose();
        meter.Dispose();
    }

    private Kept Make(string name, CircuitBreaker? parent, CircuitBreakerOptions? given)
    {
        lock (making)
        {
            if (breakers.TryGetValue(name, out var known))
            {
                return known;
            }

            if (breakers.Count >= options.Capacity)
            {
                MakeRoom();
            }

            var own = options.ByName.GetValueOrDefault(name) ?? given ?? options.Default;
            var kept = new Kept(new CircuitBreaker(name, own, clock, parent, random, onEvent) { Opened = shared is null ? null : Publish }) { UsedAt = made };
            Volatile.Write(ref made, made + 1);
            if (unmade.Remove(name, out var opening))
            {
                Adopt(kept.Breaker, opening);
            }

            return breakers[name] = kept;
        }
    }

    private void MakeRoom()
    {
        var going = breakers.Values
            .Select(kept => (kept.Breaker.Name, kept.Breaker.State, kept.UsedAt))
            .Where(one => one.State < BreakerState.ForcedClosed)
            .OrderBy(one => one.State != BreakerState.Closed)
            .ThenBy(one => one.UsedAt)
            .Take(Math.Max(1, options.Capacity / 10) + Math.Max(0, breakers.Count - options.Capacity));
        foreach (var (name, _, _) in going.ToList())
        {
            breakers.TryRemove(name, out _);
        }
    }

    private async void Publish(CircuitBreaker breaker, DateTimeOffset until, string reason)
    {
        try
        {
            await shared!.PublishAsync(new BreakerOpening(breaker.Name, replica, until, reason), CancellationToken.None);
        }
        catch (Exception)
        {
            // Sharing helps the others; that it fails must not fail the call that was just answered.
        }
    }

    private void Adopt(BreakerOpening opening)
    {
        if (opening.Replica == replica)
        {
            return;
        }

        lock (making)
        {
            if (!breakers.ContainsKey(opening.Breaker))
            {
                Remember(opening);
                return;
            }
        }

        Adopt(Find(opening.Breaker), opening);
    }

    private void Adopt(CircuitBreaker? breaker, BreakerOpening opening) =>
        breaker?.Adopt(opening.Until - clock.GetUtcNow(), $"opened by another replica: {opening.Reason}");

    // Whoever asks for the breaker first knows its options and its parent; until then there is only the news.
    private void Remember(BreakerOpening opening)
    {
        if (unmade.Count >= options.Capacity)
        {
            var now = clock.GetUtcNow();
            unmade.Where(pair => pair.Value.Until <= now).ToList().ForEach(pair => unmade.Remove(pair.Key));
        }

        if (unmade.Count < options.Capacity)
        {
            unmade[opening.Breaker] = opening;
        }
    }

    private IEnumerable<Measurement<long>> Observe(Func<BreakerReport, long> value) =>
        [.. breakers.Values.Select(kept => new Measurement<long>(value(kept.Breaker.Report()), new KeyValuePair<string, object?>("breaker", kept.Breaker.Name)))];

    private sealed class Kept(CircuitBreaker breaker)
    {
        public CircuitBreaker Breaker { get; } = breaker;

        public long UsedAt { get; set; }
    }
}
