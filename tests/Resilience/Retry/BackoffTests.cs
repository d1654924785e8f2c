using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Retry;

namespace Portolan.Resilience.Tests.Retry;

public sealed class BackoffTests
{
    private static readonly TimeSpan[] Bases =
        [TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(1), TimeSpan.FromDays(400), TimeSpan.MaxValue];

    private static readonly TimeSpan[] Caps = [TimeSpan.Zero, TimeSpan.FromTicks(3), TimeSpan.FromSeconds(30), TimeSpan.FromDays(1)];

    [Fact]
    public void Every_wait_is_in_its_envelope_however_far_out_the_numbers_are()
    {
        var cases =
            from backoff in Gen.Elements(Enum.GetValues<Backoff>())
            from start in Gen.Elements(Bases)
            from cap in Gen.Elements(Caps)
            from repetition in Gen.OneOf(Gen.Choose(1, 70), Gen.Choose(1_000, 1_100), Gen.Constant(int.MaxValue))
            from chance in Gen.Elements(0, 0.25, 0.5, Math.BitDecrement(1))
            select (Options: new RetryOptions { Backoff = backoff, BaseDelay = start, MaximumDelay = cap }, repetition, chance);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(cases.ToArbitrary(), x =>
        {
            var before = TimeSpan.Zero;
            for (var first = Math.Max(1, x.repetition - 3); first < x.repetition; first++)
            {
                before = x.Options.Delay(first, before, x.chance);
            }

            var wait = x.Options.Delay(x.repetition, before, x.chance);
            var (lowest, highest) = Envelope(x.Options, x.repetition, before);
            return wait.Ticks >= lowest && wait.Ticks <= highest;
        }));
    }

    [Theory]
    [InlineData(Backoff.Constant, 4_000)]
    [InlineData(Backoff.Exponential, 3_750 + 250)]
    public void Chance_plays_no_part_where_there_is_no_jitter(Backoff backoff, int third)
    {
        var options = new RetryOptions { Backoff = backoff, BaseDelay = TimeSpan.FromSeconds(backoff == Backoff.Constant ? 4 : 1) };
        Assert.Equal(third, options.Delay(3, TimeSpan.Zero, 0.1).TotalMilliseconds);
        Assert.Equal(options.Delay(3, TimeSpan.Zero, 0.1), options.Delay(3, TimeSpan.Zero, 0.9));
    }

    [Fact]
    public void Full_jitter_spreads_evenly_over_everything_below_the_exponential_wait()
    {
        var options = new RetryOptions();
        foreach (var share in (double[])[0, 0.1, 0.5, 0.9])
        {
            Assert.Equal(share * 4, options.Delay(3, TimeSpan.Zero, share).TotalSeconds, 6);
        }
    }

    [Fact]
    public void Decorrelated_jitter_spreads_from_the_base_to_three_times_the_wait_before()
    {
        var options = new RetryOptions { Backoff = Backoff.DecorrelatedJitter };
        Assert.Equal(1 + (0.5 * 2), options.Delay(1, TimeSpan.Zero, 0.5).TotalSeconds, 6);
        Assert.Equal(1 + (0.5 * 14), options.Delay(2, TimeSpan.FromSeconds(5), 0.5).TotalSeconds, 6);
    }

    // In whole numbers of any size, so that nothing here can overflow as the code under test might.
    private static (Int128 Lowest, Int128 Highest) Envelope(RetryOptions options, int repetition, TimeSpan before)
    {
        Int128 start = options.BaseDelay.Ticks;
        Int128 cap = options.MaximumDelay.Ticks;
        var doubled = Int128.Min(cap, start << Math.Min(repetition - 1, 60));
        return options.Backoff switch
        {
            Backoff.Constant => (Int128.Min(start, cap), Int128.Min(start, cap)),
            Backoff.Exponential => (doubled, doubled),
            Backoff.FullJitter => (0, doubled),
            _ => (Int128.Min(start, cap), Int128.Min(cap, 3 * Int128.Max(start, before.Ticks))),
        };
    }
}
