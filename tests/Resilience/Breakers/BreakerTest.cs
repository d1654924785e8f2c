using Portolan.Resilience.Breakers;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Breakers;

/// <summary>A breaker on a clock that stands still.</summary>
public abstract class BreakerTest
{
    private protected List<ResilienceEvent> Events { get; } = [];

    private protected VirtualClock Clock { get; } = new();

    private protected CircuitBreaker NewBreaker(CircuitBreakerOptions? options = null, CircuitBreaker? parent = null, Random? random = null) =>
        new("inventory", options ?? new CircuitBreakerOptions(), Clock, parent, random, Events.Add);

    private protected BreakerEntry? Enter(CircuitBreaker breaker) => breaker.TryEnter(Clock.GetTimestamp(), out var entry) ? entry : null;

    private protected void Exit(CircuitBreaker breaker, BreakerEntry? entry, Verdict verdict) => breaker.Exit(entry!.Value, verdict, Clock.GetTimestamp());

    private protected void Call(CircuitBreaker breaker, params Verdict[] verdicts)
    {
        foreach (var verdict in verdicts)
        {
            Exit(breaker, Enter(breaker), verdict);
        }
    }

    private protected void Trip(CircuitBreaker breaker) => Call(breaker, [.. Enumerable.Repeat(Verdict.Failure, 5)]);

    private protected void Pass(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));
}
