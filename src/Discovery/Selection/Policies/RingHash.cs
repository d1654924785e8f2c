using System.Numerics;

namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// Consistent hashing by a ring (ketama): every endpoint owns the stretches of hashes before its points. One that goes leaves
/// its stretches to the next points, and nobody else's keys move.
/// </summary>
internal sealed class RingHash : Balancer
{
    private const int PointsEach = 256;
    private const int MostPoints = 1 << 18;

    private readonly ulong[] points;
    private readonly Endpoint[] owners;

    // First point of each equal part of the ring: from there it is a step or two, where a binary search takes fourteen.
    private readonly int[] parts;
    private readonly int shift;
    private readonly Random random;
    private readonly LoadBound bound;

    public RingHash(Endpoint[] endpoints, Random random, LoadBound bound)
    {
        (this.random, this.bound) = (random, bound);
        var entries = endpoints.SelectMany(Points(endpoints)).ToArray();
        (points, owners) = ([.. entries.Select(entry => entry.Point)], [.. entries.Select(entry => entry.Owner)]);
        Array.Sort(points, owners);
        var bits = BitOperations.Log2((uint)points.Length);
        shift = 64 - bits;
        parts = new int[1 << bits];
        for (int part = 0, point = 0; part < parts.Length; part++)
        {
            for (; point < points.Length && points[point] < (ulong)part << shift; point++)
            {
            }

            parts[part] = point;
        }
    }

    public override Endpoint Pick(in PickContext context, int attempt)
    {
        var hash = context.Key is { } key ? KeyHash.Of(key) : (ulong)random.NextInt64() << 1;
        var first = At(attempt == 0 ? hash : KeyHash.Again(hash, attempt));
        var at = first;
        while (!bound.HasRoom(owners[at]))
        {
            at = at + 1 < owners.Length ? at + 1 : 0;
            if (at == first)
            {
                break;
            }
        }

        return owners[at];
    }

    private int At(ulong hash)
    {
        var at = parts[hash >> shift];
        while (at < points.Length && points[at] < hash)
        {
            at++;
        }

        return at < points.Length ? at : 0;
    }

    // Points for a weight are a power of two of what they would be on average, and the points of one endpoint begin with the
    // same whatever their number: so others' points stay where they are when an endpoint with another weight comes or goes.
    private static Func<Endpoint, IEnumerable<(ulong Point, Endpoint Owner)>> Points(Endpoint[] endpoints)
    {
        var all = Math.Min((double)endpoints.Length * PointsEach, MostPoints);
        var each = Math.Pow(2, Math.Round(Math.Log2(all / endpoints.Sum(endpoint => (double)endpoint.Share))));
        return endpoint =>
        {
            var hash = KeyHash.Of(endpoint.Instance.Id);
            var number = Math.Max(1, (int)Math.Round(each * endpoint.Share));
            return Enumerable.Range(1, number).Select(point => (KeyHash.Again(hash, point), endpoint));
        };
    }
}
