using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>Runs in turns, so that what disturbs the machine for a while disturbs all alike.</summary>
internal static class Turns
{
    /// <summary>Each contender's results in the order of the rounds.</summary>
    public static async Task<Dictionary<string, List<T>>> TakeAsync<T>(int rounds, IReadOnlyList<Contender> contenders, Func<Contender, Task<T>> run)
    {
        var results = contenders.ToDictionary(contender => contender.Name, _ => new List<T>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var contender in contenders)
            {
                results[contender.Name].Add(await run(contender));
            }
        }

        return results;
    }
}
