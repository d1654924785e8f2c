namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// Consistent hashing by a table (Maglev): endpoints take the free slots of a large table in turns, each in its own order,
/// as often as their weights say. Shares are exact to a slot; when an endpoint goes, a few keys of others move too.
/// </summary>
internal sealed class Maglev : Balancer
{
    /// <summary>A prime, so that every step through the table meets every slot.</summary>
    public const int Slots = 65_537;

    private const int ManySlots = 5_000_011;

    private readonly Endpoint[] endpoints;
    private readonly int[] table;
    private readonly Random random;
    private readonly LoadBound bound;

    public Maglev(Endpoint[] endpoints, Random random, LoadBound bound)
    {
        (this.random, this.bound) = (random, bound);

        // Whatever the order in which a registry names them: every replica of the caller must build the same table.
        this.endpoints = [.. endpoints.OrderBy(endpoint => endpoint.Instance.Id, StringComparer.Ordinal)];
        table = Fill(this.endpoints, endpoints.Length < Slots ? Slots : ManySlots);
    }

    public override Endpoint Pick(in PickContext context, int attempt)
    {
        var hash = context.Key is { } key ? KeyHash.Of(key) : (ulong)random.NextInt64() << 1;
        var first = KeyHash.Scale(attempt == 0 ? hash : KeyHash.Again(hash, attempt), table.Length);
        var at = first;
        while (!bound.HasRoom(endpoints[table[at]]))
        {
            at = at + 1 < table.Length ? at + 1 : 0;
            if (at == first)
            {
                break;
            }
        }

        return endpoints[table[at]];
    }

    private static int[] Fill(Endpoint[] endpoints, int slots)
    {
        var table = new int[slots];
        Array.Fill(table, -1);
        var walks = Array.ConvertAll(endpoints, endpoint => new Walk(endpoint, slots));
        var heaviest = endpoints.Max(endpoint => (long)endpoint.Share);
        for (long round = 1, filled = 0; filled < slots; round++)
        {
            for (var index = 0; index < walks.Length && filled < slots; index++)
            {
                // Everyone takes part in the first round, so nobody is without a slot.
                ref var walk = ref walks[index];
                if (round * endpoints[index].Share >= walk.Turn)
                {
                    walk.Turn += heaviest;
                    walk.Take(table, index);
                    filled++;
                }
            }
        }

        return table;
    }

    /// <summary>The order in which one endpoint asks for slots.</summary>
    private struct Walk(Endpoint endpoint, int slots)
    {
        private readonly int step = 1 + KeyHash.Scale(KeyHash.Again(KeyHash.Of(endpoint.Instance.Id), 1), slots - 1);
        private int slot = KeyHash.Scale(KeyHash.Of(endpoint.Instance.Id), slots);

        /// <summary>Its next turn, in rounds times weight.</summary>
        public long Turn { get; set; }

        public void Take(int[] table, int index)
        {
            while (table[slot] >= 0)
            {
                slot = (slot + step) % slots;
            }

            table[slot] = index;
        }
    }
}
