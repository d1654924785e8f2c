using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class WindowTests : BreakerTest
{
    [Fact]
    public void A_window_of_time_has_exactly_what_happened_in_its_stretches()
    {
        var steps = Gen.ArrayOf(
            from after in Gen.Frequency((5, Gen.Choose(0, 30)), (1, Gen.Choose(0, 1_000_000_000)), (1, Gen.Choose(-200, 0)))
            from bad in Gen.Elements(true, false)
            select (after, bad));
        var property = Prop.ForAll(Gen.Choose(1, 12).ToArbitrary(), steps.ToArbitrary(), (buckets, all) =>
        {
            var window = new TimeWindow(1_000, 100 * buckets, buckets);
            var (now, newest, model) = (1_000L, 0L, new List<(long Stretch, bool Bad)>());
            return all.All(step =>
            {
                now += step.after;
                newest = Math.Max(newest, (now - 1_000) / 100);
                model.Add((newest, step.bad));
                window.Record(now, step.bad);
                var visible = model.Where(one => one.Stretch > newest - buckets).ToList();
                return window.Read(now) == (visible.Count, visible.Count(one => one.Bad)) && window.Total == model.Count;
            });
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
    }

    [Fact]
    public void Stretches_that_were_idle_for_longer_than_their_numbers_reach_are_empty()
    {
        // 22 bits number a stretch: after 5 * 2^22 of them the same bucket would have the same number.
        var window = new TimeWindow(0, 10, 10);
        window.Record(3, bad: true);
        var now = 3L + (5L << 22);
        window.Record(now - 1, bad: false);
        Assert.Equal((1, 0), window.Read(now));
    }

    [Fact]
    public void A_bucket_that_is_full_keeps_its_share_and_the_total_is_exact()
    {
        var window = new TimeWindow(0, 10_000, 10);
        const int calls = (1 << 21) + 1_000;
        for (var call = 0; call < calls; call++)
        {
            window.Record(0, call % 4 == 0);
        }

        var (all, bad) = window.Read(0);
        Assert.Equal(0.25, (double)bad / all, 0.001);
        Assert.Equal(calls, window.Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sealed_window_takes_nothing_more(bool time)
    {
        RateWindow window = time ? new TimeWindow(0, 100, 10) : new CountWindow(10);
        Assert.True(window.Record(0, bad: true));
        window.Seal();
        Assert.False(window.Record(0, bad: true));
        Assert.False(window.Record(1_000, bad: true));
        Assert.Equal(1, window.Total);
    }

    [Fact]
    public void At_the_end_of_time_a_window_still_counts()
    {
        var window = new TimeWindow(0, TimeSpan.TicksPerSecond, 10);
        window.Record(long.MaxValue - 1, bad: true);
        window.Record(long.MaxValue, bad: true);
        Assert.Equal((2, 2), window.Read(long.MaxValue));
    }

    [Fact]
    public void A_breaker_whose_clock_goes_backwards_keeps_its_counts_and_opens_by_the_time_it_was_told()
    {
        var breaker = NewBreaker();
        var now = Clock.GetTimestamp();
        for (var call = 0; call < 5; call++)
        {
            Assert.True(breaker.TryEnter(now - (call * TimeSpan.TicksPerDay), out var entry));
            breaker.Exit(entry, Verdict.Failure, now - ((call + 1) * TimeSpan.TicksPerDay));
        }

        var opened = now - (5 * TimeSpan.TicksPerDay);
        Assert.Equal(5, breaker.Report().Calls);
        Assert.False(breaker.TryEnter(opened, out _));
        Assert.False(breaker.TryEnter(long.MinValue / 2, out _));
        Assert.True(breaker.TryEnter(opened + (30 * TimeSpan.TicksPerSecond), out var probe) && probe.IsProbe);
    }

    [Fact]
    public void Openings_without_an_end_and_without_a_beginning_are_possible()
    {
        var endless = NewBreaker(new() { OpenDuration = TimeSpan.MaxValue, OpenGrowth = 1_000, MaximumOpenDuration = TimeSpan.MaxValue, RampFor = TimeSpan.MaxValue, OpenTooLong = TimeSpan.MaxValue });
        Trip(endless);
        Pass(1e11);
        Assert.Equal((BreakerState.Open, null), (endless.State, endless.Report().RetryAfter));
        endless.ForceOpen(TimeSpan.MaxValue);
        Assert.Equal(BreakerState.ForcedOpen, endless.State);

        var none = NewBreaker(new() { OpenDuration = TimeSpan.Zero, SuccessThreshold = 1 });
        Trip(none);
        Assert.Equal(BreakerState.HalfOpen, none.State);
        Call(none, Verdict.Success);
        Assert.Equal(BreakerState.Closed, none.State);
    }

    [Fact]
    public void After_a_thousand_reopenings_an_opening_lasts_the_maximum()
    {
        var options = new CircuitBreakerOptions { OpenGrowth = 1.5 };
        Assert.Equal(TimeSpan.FromMinutes(5), options.OpenFor(1_024));
        Assert.Equal(TimeSpan.FromMinutes(5), options.OpenFor(int.MaxValue));
        Assert.Equal(TimeSpan.FromSeconds(45), options.OpenFor(1));
        Assert.Equal(TimeSpan.Zero, (options with { OpenDuration = TimeSpan.Zero }).OpenFor(int.MaxValue));
    }
}
