using Portolan.Resilience.Breakers;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Guide;

public sealed class CircuitBreakerGuide
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_stops_calling_what_fails()
    {
        var breaker = new CircuitBreaker("inventory", new CircuitBreakerOptions { ConsecutiveFailures = 2 }, TimeProvider.System);
        var pipeline = new ResiliencePipelineBuilder<int>("stock").AddCircuitBreaker(breaker).Build();

        for (var call = 0; call < 3; call++)
        {
            var outcome = await pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromException<int>(new IOException("down")), 0, default, Token);
            Assert.Equal(call == 2, outcome.Rejection is { Kind: RejectionKind.CircuitOpen });
        }
    }

    [Fact]
    public async Task Each_tenant_has_its_own()
    {
        var clock = new VirtualClock();
        using var breakers = new CircuitBreakers(new CircuitBreakersOptions { Capacity = 10_000 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>("stock")
            .AddCircuitBreaker(call => breakers.Get($"stock/{call.Options.Key}", parent: breakers.Get("stock")))
            .Build();

        await pipeline.ExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Key = "acme" }, Token);
        Assert.Equal(["stock", "stock/acme"], breakers.All.Select(breaker => breaker.Name));
    }

    [Fact]
    public void Without_a_pipeline()
    {
        var clock = TimeProvider.System;
        var breaker = new CircuitBreaker("inventory", new CircuitBreakerOptions(), clock);
        var verdict = Verdict.Failure;

        if (breaker.TryEnter(clock.GetTimestamp(), out var entry))
        {
            // Do the work, and decide what its result says.
            breaker.Exit(entry, verdict, clock.GetTimestamp());
        }
        else
        {
            Console.WriteLine($"{entry.Refusal!.Reason} Again in {entry.Refusal.RetryAfter}.");
        }

        Assert.Equal(1, breaker.Report().Failures);
    }
}
