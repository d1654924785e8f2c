using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class LimiterModelTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(50).WithQuietOnSuccess(true);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_limiter_decides_as_its_model_does(LimitAlgorithm algorithm) => Prop.ForAll(LimitCases.Of(algorithm), example =>
    {
        var clock = new SetClock();
        var start = clock.Now;
        var limiter = Limiter.Create(example.Options, clock);
        var model = LimitModel.Of(example.Options);
        foreach (var step in example.Steps)
        {
            clock.Now += step.Ticks;
            Assert.Equal(model.Admit(clock.Now - start, step.Cost), limiter.TryAcquire(clock.Now, step.Cost).Admitted);
        }
    }).Check(Runs);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void No_stretch_of_time_has_more_than_its_bound(LimitAlgorithm algorithm) => Prop.ForAll(LimitCases.Of(algorithm), example =>
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(example.Options, clock);
        var admitted = new List<(long Time, int Cost)>();
        foreach (var step in example.Steps)
        {
            clock.Now += step.Ticks;
            if (limiter.TryAcquire(clock.Now, step.Cost).Admitted)
            {
                admitted.Add((clock.Now, step.Cost));
            }
        }

        LimitCases.AssertWithinBound(example.Options, admitted);
    }).Check(Runs);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Waiting_as_long_as_told_is_enough_and_a_tick_less_is_not(LimitAlgorithm algorithm) => Prop.ForAll(LimitCases.Of(algorithm), example =>
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(example.Options, clock);
        foreach (var step in example.Steps)
        {
            clock.Now += step.Ticks;
            var result = limiter.TryAcquire(clock.Now, step.Cost);
            if (result.Admitted)
            {
                Assert.Equal(TimeSpan.Zero, result.RetryAfter);
                continue;
            }

            Assert.False(limiter.TryAcquire(clock.Now + result.RetryAfter.Ticks - 1, step.Cost).Admitted);
            clock.Now += result.RetryAfter.Ticks;
            Assert.True(limiter.TryAcquire(clock.Now, step.Cost).Admitted);
        }
    }).Check(Runs);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Remaining_can_be_had_at_once_and_not_one_more_and_after_the_reset_everything(LimitAlgorithm algorithm) => Prop.ForAll(LimitCases.Of(algorithm), example =>
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(example.Options, clock);
        var last = default(LimitResult);
        foreach (var step in example.Steps)
        {
            clock.Now += step.Ticks;
            last = limiter.TryAcquire(clock.Now, step.Cost);
            Assert.Equal(last.Remaining > 0, limiter.TryAcquire(clock.Now, 0).Admitted);
        }

        if (example.Steps.Length > 0)
        {
            Assert.False(limiter.TryAcquire(clock.Now, (int)last.Remaining + 1).Admitted);
            Assert.True(limiter.TryAcquire(clock.Now, (int)last.Remaining).Admitted || last.Remaining == 0);
            clock.Pass(limiter.TryAcquire(clock.Now, 0).ResetAfter);
            Assert.True(limiter.TryAcquire(clock.Now, (int)last.Limit).Admitted);
        }
    }).Check(Runs);
}
