namespace Portolan.Discovery.Selection;

/// <summary>The policies by which one endpoint of many is chosen, as configuration names them.</summary>
public static class LoadBalancing
{
    /// <summary>One after the other.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>Any, all with the same chance.</summary>
    public const string Random = "random";

    /// <summary>One after the other, as often as its weight says, and never bunched.</summary>
    public const string Weighted = "weighted";

    /// <summary>The one with the fewest calls in flight for its weight; looks at all of them.</summary>
    public const string LeastRequests = "least-requests";

    /// <summary>The one with fewer calls in flight for its weight, of two by chance.</summary>
    public const string PowerOfTwo = "power-of-two";

    /// <summary>The one that promises the shorter wait, of two by chance: measured latency times calls in flight.</summary>
    public const string PeakEwma = "peak-ewma";

    /// <summary>The same endpoint for the same key, by a ring; few keys move when endpoints come and go.</summary>
    public const string RingHash = "ring-hash";

    /// <summary>The same endpoint for the same key, by a table: faster and more even than the ring, some more keys move.</summary>
    public const string Maglev = "maglev";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } =
        [RoundRobin, Random, Weighted, LeastRequests, PowerOfTwo, PeakEwma, RingHash, Maglev];

    /// <summary>True for the policies that go by the key of the call.</summary>
    internal static bool IsByKey(string policy) => policy is RingHash or Maglev;
}
