using Portolan.Resilience.Hedging;
using Portolan.Resilience.Retry;

namespace Portolan.Resilience.Tests.Guide;

public sealed class HedgingGuide
{
    [Fact]
    public async Task A_slow_call_is_started_again()
    {
        var pipeline = new ResiliencePipelineBuilder<string>("catalog")
            .AddHedging(new() { Delay = TimeSpan.FromSeconds(2), Percentile = 0.95 }, RetryBudget.Share(0.2))
            .Build();

        Assert.Equal("pen", await pipeline.ExecuteAsync(_ => ValueTask.FromResult("pen")));
    }
}
