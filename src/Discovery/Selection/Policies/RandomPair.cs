namespace Portolan.Discovery.Selection.Policies;

/// <summary>Two different endpoints by chance, for the price of one random number.</summary>
internal readonly ref struct RandomPair
{
    public RandomPair(Endpoint[] endpoints, Random random)
    {
        // 63 random bits: the upper 31 choose the first, the lower 32 the second among the others.
        var bits = (ulong)random.NextInt64();
        var first = (uint)(((bits >> 32) * (ulong)endpoints.Length) >> 31);
        var second = (uint)(((uint)bits * (ulong)(endpoints.Length - 1)) >> 32);
        First = endpoints[first];
        Second = endpoints.Length == 1 ? First : endpoints[second < first ? second : second + 1];
    }

    public Endpoint First { get; }

    public Endpoint Second { get; }
}
