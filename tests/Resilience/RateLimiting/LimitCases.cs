using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>A call: so long after the one before, at such a cost.</summary>
public sealed record LimitStep(long Ticks, int Cost);

/// <summary>A limit and what happens to it.</summary>
public sealed record LimitCase(RateLimitOptions Options, LimitStep[] Steps)
{
    public override string ToString() =>
        $"{Options.Algorithm} {Options.Permits} in {Options.Period.Ticks} ticks, burst {Options.Burst}: {string.Join(", ", Steps.Select(step => $"+{step.Ticks}/{step.Cost}"))}";
}

public static class LimitCases
{
    public static TheoryData<LimitAlgorithm> All => [.. Enum.GetValues<LimitAlgorithm>()];

    // Periods that permits do not divide, and steps around all that matters to an algorithm: a permit, a period, the edge.
    public static Arbitrary<LimitCase> Of(LimitAlgorithm algorithm) => Arb.From(
        from permits in Gen.Choose(1, 12)
        from period in Gen.Elements(7L, 100L, 1_000L, 9_973L, 10_000_000L)
        from burst in Gen.Choose(1, 20)
        let options = new RateLimitOptions
        {
            Algorithm = algorithm,
            Permits = permits,
            Period = new TimeSpan(period),
            Burst = algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra ? burst : null,
        }
        let most = options.Burst ?? permits
        from steps in Gen.ArrayOf(Step(period, permits, most))
        select new LimitCase(options, steps));

    /// <summary>No stretch of time, wherever it begins, has more than its algorithm promises.</summary>
    public static void AssertWithinBound(RateLimitOptions options, List<(long Time, int Cost)> admitted)
    {
        for (var first = 0; first < admitted.Count; first++)
        {
            var sum = 0L;
            for (var last = first; last < admitted.Count; last++)
            {
                sum += admitted[last].Cost;
                var time = admitted[last].Time - admitted[first].Time;
                Assert.True(sum <= Bound(options, time), $"{sum} within {time} ticks");
            }
        }
    }

    private static Gen<LimitStep> Step(long period, int permits, int most) =>
        from ticks in Gen.OneOf(
            Gen.Constant(0L),
            Gen.Elements(1L, period / permits, (period / permits) + 1, period - 1, period, period + 1, 2 * period, 5 * period),
            Gen.Choose(0, (int)period).Select(value => (long)value))
        from cost in Gen.Frequency((4, Gen.Constant(1)), (1, Gen.Choose(1, most)))
        select new LimitStep(ticks, Math.Min(cost, most));

    // For a stretch that contains both its ends, and so is a tick longer than their distance.
    private static double Bound(RateLimitOptions options, long ticks)
    {
        double permits = options.Permits;
        double period = options.Period.Ticks;
        return options.Algorithm switch
        {
            LimitAlgorithm.SlidingLog => permits * (Math.Floor(ticks / period) + 1),
            LimitAlgorithm.FixedWindow => permits * (Math.Floor(ticks / period) + 2),
            LimitAlgorithm.SlidingCounter => (permits * (1 + (ticks / period))) + 1e-9,
            _ => LimitModel.BurstOf(options) + (permits * ticks / period) + 1e-9,
        };
    }
}
