using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class ConfigureTests : BreakerTest
{
    [Fact]
    public void Other_options_count_anew()
    {
        var breaker = NewBreaker();
        Call(breaker, Verdict.Failure, Verdict.Failure, Verdict.Failure, Verdict.Failure);
        breaker.Configure(new CircuitBreakerOptions { ConsecutiveFailures = 2 });

        Call(breaker, Verdict.Failure);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Verdict.Failure);
        Assert.Equal((BreakerState.Open, 6), (breaker.State, breaker.Report().Allowed));
        Assert.Equal(["circuit-open"], Events.Select(one => one.Name));
    }

    [Fact]
    public void Equal_options_change_nothing()
    {
        var breaker = NewBreaker();
        Call(breaker, Verdict.Failure, Verdict.Failure, Verdict.Failure, Verdict.Failure);
        breaker.Configure(new CircuitBreakerOptions());

        Call(breaker, Verdict.Failure);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Theory]
    [InlineData(60, 10, 50)]
    [InlineData(20, 10, 10)]
    [InlineData(5, 10, null)]
    public void An_opening_lasts_as_long_as_it_would_have_with_the_new_options(int duration, int passed, int? left)
    {
        var breaker = NewBreaker();
        Trip(breaker);
        Pass(passed);
        breaker.Configure(new CircuitBreakerOptions { OpenDuration = TimeSpan.FromSeconds(duration) });

        Assert.Equal(left is null ? BreakerState.HalfOpen : BreakerState.Open, breaker.State);
        Assert.Equal(left is { } seconds ? TimeSpan.FromSeconds(seconds) : null, breaker.Report().RetryAfter);
        Pass(left ?? 0);
        Call(breaker, Verdict.Success, Verdict.Success, Verdict.Success);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void What_began_before_is_counted_and_opens_nothing()
    {
        var breaker = NewBreaker(new CircuitBreakerOptions { ConsecutiveFailures = 1 });
        var early = Enter(breaker);
        breaker.Configure(new CircuitBreakerOptions { ConsecutiveFailures = 2 });
        Exit(breaker, early, Verdict.Failure);

        Call(breaker, Verdict.Failure);
        Assert.Equal((BreakerState.Closed, 2), (breaker.State, breaker.Report().Allowed));
    }

    [Fact]
    public void What_an_operator_forced_stays()
    {
        var breaker = NewBreaker();
        breaker.Isolate();
        breaker.Configure(new CircuitBreakerOptions { ConsecutiveFailures = 1 });
        Assert.Equal(BreakerState.Isolated, breaker.State);

        breaker.ForceClose();
        breaker.Configure(new CircuitBreakerOptions { ConsecutiveFailures = 2 });
        Call(breaker, Verdict.Failure, Verdict.Failure);
        Assert.Equal(BreakerState.ForcedClosed, breaker.State);
    }

    [Fact]
    public void Wrong_options_are_refused_and_the_old_ones_stay()
    {
        var breaker = NewBreaker();
        Assert.Throws<ArgumentException>(() => breaker.Configure(new CircuitBreakerOptions { Probes = 0 }));
        Trip(breaker);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Those_that_are_configured_by_their_name_keep_that()
    {
        using var breakers = new CircuitBreakers(
            new CircuitBreakersOptions { ByName = new Dictionary<string, CircuitBreakerOptions> { ["a/1"] = new() { ConsecutiveFailures = 1 } } }, Clock);
        breakers.Get("a/1");
        breakers.Get("a/2");
        breakers.Get("ab/1");
        breakers.Configure("a/", new CircuitBreakerOptions { ConsecutiveFailures = 2 });

        foreach (var breaker in breakers.All)
        {
            Call(breaker, Verdict.Failure);
        }

        Assert.Equal(["a/1"], breakers.All.Where(breaker => breaker.State == BreakerState.Open).Select(breaker => breaker.Name));
        Call(breakers.Get("a/2"), Verdict.Failure);
        Call(breakers.Get("ab/1"), Verdict.Failure);
        Assert.Equal(["a/1", "a/2"], breakers.All.Where(breaker => breaker.State == BreakerState.Open).Select(breaker => breaker.Name));
    }
}
