using System.Numerics;

namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// The order in which endpoints take turns so that each has exactly its share of a cycle, evenly spread over it: the earliest
/// deadline first, computed for a whole cycle at once. Choosing then costs no more than plain turns.
/// </summary>
internal static class WeightedSchedule
{
    /// <summary>Weights with a longer cycle are rounded to fit: to a fraction of a per cent of what they are.</summary>
    public const int LongestCycle = 1 << 16;

    public static Endpoint[] Of(Endpoint[] endpoints)
    {
        var weights = Reduce([.. endpoints.Select(endpoint => (long)endpoint.Share)]);
        var length = (int)weights.Sum();
        var (deadlines, order) = (new double[length], new Endpoint[length]);
        var slot = 0;

        // Those of one weight begin one after the other, evenly: else a hundred light ones would all come in the middle.
        foreach (var equals in Enumerable.Range(0, endpoints.Length).GroupBy(index => weights[index]).Select(equals => equals.ToArray()))
        {
            for (var number = 0; number < equals.Length; number++)
            {
                var (weight, begin) = (weights[equals[number]], (number + 0.5) / equals.Length);
                for (var turn = 0; turn < weight; turn++, slot++)
                {
                    (deadlines[slot], order[slot]) = ((turn + begin) / weight, endpoints[equals[number]]);
                }
            }
        }

        Array.Sort(deadlines, order);
        return order;
    }

    private static long[] Reduce(long[] weights)
    {
        var divisor = weights.Aggregate((one, other) => (long)BigInteger.GreatestCommonDivisor(one, other));
        var sum = weights.Sum() / divisor;
        return sum <= LongestCycle
            ? [.. weights.Select(weight => weight / divisor)]
            : [.. weights.Select(weight => Math.Max(1, (long)Math.Round((double)weight / divisor * LongestCycle / sum)))];
    }
}
