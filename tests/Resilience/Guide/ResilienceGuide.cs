using Portolan.Resilience.Breakers;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Tests.Guide;

public sealed class ResilienceGuide
{
    [Fact]
    public async Task A_pipeline_of_ones_own()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var pipeline = new ResiliencePipelineBuilder<decimal>("rates")
            .AddTotalTimeout(TimeSpan.FromSeconds(5))
            .AddRetry(new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(100) })
            .AddCircuitBreaker(new CircuitBreaker("rates", new CircuitBreakerOptions(), TimeProvider.System))
            .AddAttemptTimeout(TimeSpan.FromSeconds(1))
            .Build();

        decimal rate = await pipeline.ExecuteAsync(cancellation => AskForRateAsync("EUR", cancellation), cancellationToken);
        Assert.Equal(1.09m, rate);

        var outcome = await pipeline.TryExecuteAsync(
            static (call, currency) => AskForRateAsync(currency, call.CancellationToken), "EUR", new CallOptions { Key = "tenant-7" }, cancellationToken);
        Console.WriteLine(outcome.HasValue ? $"{outcome.Value}" : outcome.Rejection?.Reason ?? outcome.Exception!.Message);
        Assert.Equal(Verdict.Success, outcome.Verdict);
        Assert.Equal("rates: total timeout 5 s -> retry 3x full jitter from 0.1 s -> circuit breaker 'rates' -> attempt timeout 1 s -> call", pipeline.ToString());
    }

    private static ValueTask<decimal> AskForRateAsync(string currency, CancellationToken cancellationToken) =>
        ValueTask.FromResult(currency == "EUR" && !cancellationToken.IsCancellationRequested ? 1.09m : 0);
}
