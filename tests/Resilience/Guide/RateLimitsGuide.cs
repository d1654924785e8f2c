using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.RateLimiting.Leasing;

namespace Portolan.Resilience.Tests.Guide;

/// <summary>The snippets of docs/guide/rate-limits.md.</summary>
public sealed class RateLimitsGuide
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_with_a_limit()
    {
        var limiter = Limiter.Create(new RateLimitOptions { Name = "inventory", Permits = 10, Burst = 100 });
        var pipeline = new ResiliencePipelineBuilder<int>("inventory")
            .AddRateLimit(limiter)
            .Build();

        var outcome = await pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, Token);
        Assert.True(outcome.HasValue);
    }

    [Fact]
    public void A_limiter_by_itself()
    {
        var clock = TimeProvider.System;
        var limiter = Limiter.Create(new RateLimitOptions { Algorithm = LimitAlgorithm.Gcra, Permits = 5 }, clock);

        var result = limiter.TryAcquire(clock.GetTimestamp());
        if (!result.Admitted)
        {
            Console.WriteLine($"Come back in {result.RetryAfter}.");
        }

        Assert.True(result.Admitted);
    }

    [Fact]
    public async Task Limits_by_key_and_several_at_once()
    {
        var limits = new RateLimits<CallOptions>(
            new LimitRule<CallOptions>(Limiter.Create(new RateLimitOptions { Name = "all", Permits = 1_000 })),
            new LimitRule<CallOptions>(new PartitionedLimiter(new RateLimitOptions { Name = "tenant", Permits = 50 }), call => call.Key));
        var pipeline = new ResiliencePipelineBuilder<int>("reports")
            .AddRateLimit(limits)
            .Build();

        var outcome = await pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Key = "acme" }, Token);
        Assert.True(outcome.HasValue);
    }

    [Fact]
    public void A_server_with_limits()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var perAddress = new PartitionedLimiter(new RateLimitOptions { Name = "address", Permits = 20 });
        app.UseRateLimit(perAddress, context => context.Connection.RemoteIpAddress?.ToString());
        Assert.NotNull(((IApplicationBuilder)app).Build());
    }

    [Fact]
    public async Task Everyone_else()
    {
        using System.Threading.RateLimiting.RateLimiter limiter = Limiter.Create(new RateLimitOptions());
        using var lease = await limiter.AcquireAsync(cancellationToken: Token);
        Assert.True(lease.IsAcquired);
    }

    [Fact]
    public async Task A_limit_that_replicas_share()
    {
        var source = new InMemoryPermitSource();
        using var limiter = new SharedLimiter(new SharedLimiterOptions { Name = "partner-api", Permits = 100, Lease = 10 }, source);
        var pipeline = new ResiliencePipelineBuilder<int>("partner").AddRateLimit(limiter).Build();

        Assert.Equal(1, await pipeline.ExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, Token));
    }

    [Fact]
    public void Headers_by_hand()
    {
        var context = new DefaultHttpContext();
        var limiter = Limiter.Create(new RateLimitOptions { Name = "export" });
        var result = limiter.TryAcquire(limiter.Clock.GetTimestamp());
        RateLimitHeaders.Write(context.Response.Headers, result, limiter.Policy, limiter.Clock.GetUtcNow());
        Assert.Equal("\"export\";r=99;t=1", context.Response.Headers["RateLimit"]);
    }
}
