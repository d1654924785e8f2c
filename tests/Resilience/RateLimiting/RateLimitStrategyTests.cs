using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.RateLimiting.Leasing;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class RateLimitStrategyTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];
    private readonly PipelineScope scope;

    public RateLimitStrategyTests() => scope = new PipelineScope("inventory", clock, Random.Shared, events.Add);

    [Fact]
    public async Task A_call_over_the_rate_is_rejected_with_the_time_to_come_back()
    {
        var limiter = Limiter.Create(new RateLimitOptions { Name = "stock", Permits = 2, Burst = 2 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddRateLimit(limiter).Build();
        Assert.Equal(1, await Run(pipeline));
        Assert.Equal(1, await Run(pipeline));

        var rejection = (await Try(pipeline)).Rejection!;

        Assert.Equal((RejectionKind.RateLimited, "stock", TimeSpan.FromMilliseconds(500)), (rejection.Kind, rejection.Strategy, rejection.RetryAfter));
        var told = Assert.Single(events);
        Assert.Equal(("rate-limit", "rate-limited", TimeSpan.FromMilliseconds(500)), (told.Strategy, told.Name, told.Wait));
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(1, await Run(pipeline));
    }

    [Fact]
    public async Task Calls_are_counted_by_their_key()
    {
        var limiter = new PartitionedLimiter(new RateLimitOptions { Permits = 1, Burst = 1 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddRateLimit(limiter).Build();

        Assert.True((await Try(pipeline, "a")).HasValue);
        Assert.True((await Try(pipeline, "b")).HasValue);
        Assert.Equal(RejectionKind.RateLimited, (await Try(pipeline, "a")).Rejection!.Kind);
    }

    [Fact]
    public async Task A_call_may_cost_more_and_one_that_costs_more_than_there_ever_is_has_no_time_to_come_back()
    {
        var results = new List<LimitResult>();
        var limiter = Limiter.Create(new RateLimitOptions { Permits = 5, Burst = 5 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(scope)
            .AddRateLimit(limiter, call => int.Parse(call.Key!, null), (_, result) => results.Add(result)).Build();

        Assert.True((await Try(pipeline, "4")).HasValue);
        Assert.Equal(TimeSpan.FromMilliseconds(200), (await Try(pipeline, "2")).Rejection!.RetryAfter);
        Assert.Null((await Try(pipeline, "6")).Rejection!.RetryAfter);
        Assert.Equal([1L, 1L, 1L], results.Select(result => result.Remaining));
        Assert.IsType<FormatException>((await Try(pipeline, "many")).Exception);
    }

    [Fact]
    public async Task The_first_call_on_a_shared_limit_waits_for_the_lease()
    {
        var answer = new TaskCompletionSource<PermitGrant>();
        var pipeline = new ResiliencePipelineBuilder<int>(scope)
            .AddRateLimit(new SharedLimiter(new SharedLimiterOptions(), new Source(answer.Task), clock)).Build();

        var first = Try(pipeline).AsTask();
        var second = Try(pipeline).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);
        answer.SetResult(new PermitGrant(1, TimeSpan.FromSeconds(1)));

        var outcomes = await Task.WhenAll(first, second);
        Assert.Single(outcomes, outcome => outcome.HasValue);
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(outcomes, outcome => !outcome.HasValue).Rejection!.RetryAfter);
    }

    [Fact]
    public async Task Cancelled_while_it_waits_for_a_lease_a_call_says_nothing_of_anybody()
    {
        using var cancel = new CancellationTokenSource();
        var pipeline = new ResiliencePipelineBuilder<int>(scope)
            .AddRateLimit(new SharedLimiter(new SharedLimiterOptions(), new Source(new TaskCompletionSource<PermitGrant>().Task), clock)).Build();

        var waiting = pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, cancel.Token);
        await cancel.CancelAsync();

        var outcome = await waiting;
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.IsType<OperationCanceledException>(outcome.Exception, exactMatch: false);
    }

    [Fact]
    public void A_limiter_on_another_clock_is_refused_when_the_pipeline_is_built()
    {
        var limiter = Limiter.Create(new RateLimitOptions());
        Assert.Contains("another clock", Assert.Throws<ArgumentException>(() => new ResiliencePipelineBuilder<int>(scope).AddRateLimit(limiter)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chain_says_what_is_admitted()
    {
        var limiter = Limiter.Create(new RateLimitOptions { Name = "stock" }, clock);
        Assert.Equal("inventory: rate limit (stock: 100 in 00:00:10) -> call", new ResiliencePipelineBuilder<int>(scope).AddRateLimit(limiter).Build().ToString());
    }

    [Fact]
    public async Task A_call_within_the_rate_allocates_nothing()
    {
        var limits = new RateLimits<CallOptions>(
            new LimitRule<CallOptions>(Limiter.Create(new RateLimitOptions { Permits = 1_000_000 })),
            new LimitRule<CallOptions>(new PartitionedLimiter(new RateLimitOptions { Permits = 1_000_000 }), call => call.Key));
        var pipeline = new ResiliencePipelineBuilder<int>("bare").AddRateLimit(limits).Build();
        for (var warm = 0; warm < 100; warm++)
        {
            await Try(pipeline, "a");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 1_000; run++)
        {
            var pending = Try(pipeline, "a");
            Assert.True(pending.IsCompletedSuccessfully);
        }

        // Not nothing to the byte: the thread may move to another processor and find no call to reuse there.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
    }

    private static ValueTask<int> Run(ResiliencePipeline<int> pipeline) => pipeline.ExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, Token);

    private static ValueTask<Outcome<int>> Try(ResiliencePipeline<int> pipeline, string? key = null) =>
        pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Key = key }, Token);

    private sealed class Source(Task<PermitGrant> answer) : PermitSource
    {
        public override ValueTask<PermitGrant> LeaseAsync(PermitRequest request, CancellationToken cancellationToken) => new(answer);
    }
}
