using System.Globalization;
using Portolan.Discovery.Selection.Outliers;
using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>
/// What this process knows of one instance beyond what the registry says: calls in flight, latency, failures. It stays the
/// same object for as long as the instance stays at its address.
/// </summary>
public sealed class Endpoint
{
    private const int DefaultWeight = 100;
    private const int LargestWeight = 1_000_000;

    private readonly ServiceEndpoints owner;
    private ServiceInstance instance;
    private int inFlight;
    private object? attached;

    internal Endpoint(ServiceEndpoints owner, ServiceInstance instance, LatencyEstimate? latency)
    {
        this.owner = owner;
        this.instance = instance;
        Latency = latency;
        Update(instance);
    }

    /// <summary>The instance as the registry last reported it.</summary>
    public ServiceInstance Instance => Volatile.Read(ref instance);

    /// <summary>
    /// Its metadata <c>weight</c>, a whole number from 0 to 1,000,000; 100 without one. 0: it gets calls only when all have 0.
    /// </summary>
    public int Weight { get; private set; }

    /// <summary>Its metadata <c>zone</c>; null without one.</summary>
    public string? Zone { get; private set; }

    /// <summary>Calls begun and not yet ended.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>True while it is out because of its own answers.</summary>
    public bool Ejected => Record.Ejected;

    /// <summary>What policies count with: never 0, which only means that nobody has more.</summary>
    internal int Share { get; private set; } = DefaultWeight;

    internal LatencyEstimate? Latency { get; }

    internal FailureRecord Record { get; } = new();

    // Since when it may be called: seen, healthy again, or back from an ejection.
    internal long AvailableSince { get; set; }

    internal bool Starting => string.Equals(Instance.Status, "starting", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The one thing that an integration keeps with each endpoint, such as its circuit breaker: made at the first call, by one
    /// caller only as far as anybody sees.
    /// </summary>
    public T Attached<T>(Func<Endpoint, T> make)
        where T : class
    {
        if (Volatile.Read(ref attached) is T there)
        {
            return there;
        }

        var made = make(this);
        return (T)(Interlocked.CompareExchange(ref attached, made, null) ?? made);
    }

    /// <summary>A call to it begins. <see cref="End"/> must follow.</summary>
    public void Begin()
    {
        Interlocked.Increment(ref inFlight);
        owner.Began();
    }

    /// <summary>A call to it has ended.</summary>
    /// <param name="verdict">What that says of it.</param>
    /// <param name="duration">How long it took to answer.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="retryAfter">For how long it wants to be left alone, if it said so.</param>
    public void End(Verdict verdict, TimeSpan duration, long now, TimeSpan? retryAfter = null)
    {
        Interlocked.Decrement(ref inFlight);
        Latency?.Record(verdict, duration, retryAfter, now);
        owner.Ended(this, verdict, now);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Instance.Id} at {Instance.Host}:{Instance.Port}";

    /// <summary>Takes over what the registry says now; true when its weight or zone is another.</summary>
    internal bool Update(ServiceInstance reported)
    {
        var (weight, zone) = (Weight, Zone);
        Volatile.Write(ref instance, reported);
        Weight = WeightOf(reported);
        Share = Math.Max(Weight, 1);
        Zone = reported.Metadata.TryGetValue("zone", out var named) && named.Length > 0 ? named : null;
        return weight != Weight || zone != Zone;
    }

    private static int WeightOf(ServiceInstance instance) =>
        instance.Metadata.TryGetValue("weight", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var weight)
            ? Math.Min(weight, LargestWeight)
            : DefaultWeight;
}
