using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Throttling;

namespace Portolan.Resilience.Tests.Guide;

/// <summary>The snippet of docs/guide/throttling.md.</summary>
public sealed class ThrottlingGuide
{
    [Fact]
    public async Task A_pipeline_with_a_throttle()
    {
        var limiter = Limiter.Create(new RateLimitOptions { Name = "mail", Permits = 50, Burst = 50 });
        using var throttle = new Throttle(new ThrottleOptions { Name = "mail", QueueLimit = 500, MaximumWait = TimeSpan.FromSeconds(2) }, limiter);
        var pipeline = new ResiliencePipelineBuilder<int>("mail")
            .AddThrottle(throttle)
            .Build();

        var outcome = await pipeline.TryExecuteAsync(
            static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Priority = CallPriority.High }, TestContext.Current.CancellationToken);
        Assert.True(outcome.HasValue);
    }
}
