using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Testing;

namespace Portolan.Discovery.Tests.Selection;

public sealed class LatencyEstimateTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public void It_is_the_formula()
    {
        var samples = from latency in Gen.Choose(0, 5_000) from pause in Gen.Choose(0, 20_000) select (Latency: latency, Pause: pause);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(samples.ArrayOf().ToArbitrary(), given =>
        {
            var estimate = Estimate();
            var model = 30.0;
            foreach (var (latency, pause) in given)
            {
                clock.Advance(TimeSpan.FromMilliseconds(pause));
                estimate.Record(Verdict.Success, TimeSpan.FromMilliseconds(latency), null, clock.GetTimestamp());
                var old = Math.Exp(-pause / 10_000.0);
                model = latency > model ? latency : (model * old) + (latency * (1 - old));
            }

            return Math.Abs((Now(estimate) * 1000) - model) < 1e-6;
        }));
    }

    [Fact]
    public void While_nobody_calls_it_falls_towards_zero()
    {
        var estimate = Estimate();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0.030 / Math.E, Now(estimate), 9);
        clock.Advance(TimeSpan.FromDays(3000));
        Assert.InRange(Now(estimate), 0, 1e-9);
    }

    [Fact]
    public void A_failure_counts_as_its_penalty_or_what_it_asked_for_or_the_time_it_took()
    {
        Assert.Equal(5, After(Verdict.Failure, TimeSpan.FromMilliseconds(1), null));
        Assert.Equal(5, After(Verdict.Unreached, TimeSpan.FromMilliseconds(1), TimeSpan.Zero));
        Assert.Equal(5, After(Verdict.Throttled, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(-4)));
        Assert.Equal(12, After(Verdict.Throttled, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(12)));
        Assert.Equal(300, After(Verdict.Throttled, TimeSpan.FromMilliseconds(1), TimeSpan.MaxValue));
        Assert.Equal(9, After(Verdict.Failure, TimeSpan.FromSeconds(9), null));
        Assert.Equal(TimeSpan.MaxValue.TotalSeconds, After(Verdict.Failure, TimeSpan.MaxValue, null));
    }

    [Fact]
    public void A_call_that_was_given_up_only_raises_it()
    {
        Assert.Equal(2, After(Verdict.Neutral, TimeSpan.FromSeconds(2), null));
        Assert.Equal(0.030, After(Verdict.Neutral, TimeSpan.Zero, null));
    }

    [Fact]
    public void A_clock_that_goes_backwards_and_a_time_below_zero_do_no_harm()
    {
        var estimate = Estimate();
        var now = clock.GetTimestamp();
        estimate.Record(Verdict.Success, TimeSpan.FromSeconds(1), null, now - TimeSpan.FromDays(1).Ticks);
        Assert.Equal(1, estimate.At(now - TimeSpan.FromDays(2).Ticks));
        estimate.Record(Verdict.Success, TimeSpan.FromSeconds(-1), null, now);
        Assert.InRange(estimate.At(now), 0, 1);
        estimate.Record(Verdict.Success, TimeSpan.FromSeconds(2), null, long.MaxValue);
        Assert.Equal(2, estimate.At(long.MaxValue));
    }

    [Fact]
    public async Task Samples_of_many_threads_at_once_decay_by_the_time_that_passed()
    {
        var estimate = Estimate();
        var start = clock.GetTimestamp();
        estimate.Record(Verdict.Success, TimeSpan.FromSeconds(10), null, start);
        var tick = start;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var sample = 0; sample < 2_500; sample++)
            {
                estimate.Record(Verdict.Success, TimeSpan.Zero, null, Interlocked.Add(ref tick, TimeSpan.TicksPerMillisecond));
            }
        })));

        // 10,000 samples of nothing in ten seconds: a factor of e.
        Assert.Equal(10 / Math.E, estimate.At(tick), 6);
    }

    private double After(Verdict verdict, TimeSpan duration, TimeSpan? retryAfter)
    {
        var estimate = Estimate();
        estimate.Record(verdict, duration, retryAfter, clock.GetTimestamp());
        return Now(estimate);
    }

    private double Now(LatencyEstimate estimate) => estimate.At(clock.GetTimestamp());

    private LatencyEstimate Estimate() => new(new SelectionOptions(), new PipelineScope("inventory", clock, Random.Shared));
}
