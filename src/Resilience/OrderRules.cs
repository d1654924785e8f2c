namespace Portolan.Resilience;

/// <summary>Which strategy must stand outside which, and what goes wrong otherwise.</summary>
internal static class OrderRules
{
    private static readonly (StrategyKind Outer, StrategyKind Inner, string Otherwise)[] Pairs =
    [
        (StrategyKind.Fallback, StrategyKind.Retry, "the fallback's answer counts as success and nothing is ever retried"),
        (StrategyKind.Fallback, StrategyKind.CircuitBreaker, "the breaker sees the fallback's answers and never opens"),
        (StrategyKind.Fallback, StrategyKind.Hedging, "the fallback answers before a second attempt can"),
        (StrategyKind.Fallback, StrategyKind.TotalTimeout, "a call that times out has no fallback"),
        (StrategyKind.TotalTimeout, StrategyKind.Retry, "each attempt gets the time of the whole call"),
        (StrategyKind.TotalTimeout, StrategyKind.Hedging, "each attempt gets the time of the whole call"),
        (StrategyKind.TotalTimeout, StrategyKind.AttemptTimeout, "an attempt may outlast the call"),
        (StrategyKind.Retry, StrategyKind.Hedging, "every hedge retries on its own and the attempts multiply"),
        (StrategyKind.Retry, StrategyKind.Endpoint, "every attempt goes to the instance that just failed"),
        (StrategyKind.Retry, StrategyKind.CircuitBreaker, "the breaker counts all attempts as one call and opens late"),
        (StrategyKind.Retry, StrategyKind.AttemptTimeout, "one attempt's time bounds all of them together"),
        (StrategyKind.Retry, StrategyKind.AdaptiveConcurrency, "waits between attempts count as latency"),
        (StrategyKind.Hedging, StrategyKind.Endpoint, "the second attempt goes where the first one went"),
        (StrategyKind.Hedging, StrategyKind.CircuitBreaker, "the breaker counts both attempts as one call"),
        (StrategyKind.Hedging, StrategyKind.AttemptTimeout, "one attempt's time bounds both"),
        (StrategyKind.CircuitBreaker, StrategyKind.AttemptTimeout, "the breaker never sees a time-out"),
    ];

    private static readonly StrategyKind[] OnlyOnce =
        [StrategyKind.Fallback, StrategyKind.TotalTimeout, StrategyKind.Retry, StrategyKind.Hedging, StrategyKind.Endpoint, StrategyKind.AttemptTimeout];

    /// <summary>Everything that is wrong with the order from the outside in; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<StrategyKind> kinds)
    {
        var findings = new List<string>();
        foreach (var (outer, inner, otherwise) in Pairs)
        {
            if (First(kinds, inner) is >= 0 and var at && Last(kinds, outer) > at)
            {
                findings.Add($"{Words(outer)} must be added before {Words(inner)}, or {otherwise}.");
            }
        }

        if (Last(kinds, StrategyKind.FaultInjection) is >= 0 and var fault && kinds.Skip(fault + 1).FirstOrDefault() is not StrategyKind.Custom and var behind)
        {
            findings.Add($"Fault injection must be added after {Words(behind)}, or its faults are not what {Words(behind)} would see.");
        }

        findings.AddRange(OnlyOnce.Where(kind => kinds.Count(other => other == kind) > 1).Select(kind =>
            $"{Words(kind)} is there twice: remove one, they multiply."));
        return findings;
    }

    /// <summary>The name of a kind in words: "circuit breaker".</summary>
    public static string Words(StrategyKind kind) => Words(kind.ToString());

    internal static string Words(string name) =>
        string.Concat(name.Select((letter, index) => char.IsUpper(letter) && index > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static int First(IReadOnlyList<StrategyKind> kinds, StrategyKind kind) => kinds.ToList().IndexOf(kind);

    private static int Last(IReadOnlyList<StrategyKind> kinds, StrategyKind kind) => kinds.ToList().LastIndexOf(kind);
}
