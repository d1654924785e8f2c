using Portolan.Resilience.Bulkheads;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Bulkheads;

public sealed class BulkheadPoolsTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task Each_key_has_a_pool_and_one_tenant_cannot_take_the_places_of_another()
    {
        using var pools = new BulkheadPools("tenant", new() { Concurrency = 1, QueueLength = 0 }, clock: clock);
        var pipeline = Pipeline(pools);
        var end = new TaskCompletionSource<int>();
        var running = Try(pipeline, "a", end.Task);

        Assert.Equal(RejectionKind.BulkheadFull, (await Try(pipeline, "a", Task.FromResult(1))).Rejection!.Kind);
        Assert.Equal(1, (await Try(pipeline, "b", Task.FromResult(1))).Value);
        Assert.Equal(1, (await Try(pipeline, null, Task.FromResult(1))).Value);
        Assert.Equal((1, 0, 3), (pools.InUse("a"), pools.InUse("b"), pools.Count));
        end.SetResult(1);
        await running;
        Assert.Equal("inventory: bulkhead 'tenant' by key -> call", pipeline.ToString());
    }

    [Fact]
    public async Task A_million_keys_leave_no_more_pools_than_there_may_be()
    {
        using var pools = new BulkheadPools("tenant", maximumKeys: 100, clock: clock);
        for (var key = 0; key < 1_000_000; key++)
        {
            var pool = pools.Find($"tenant {key}");
            Assert.NotNull(pool);
        }

        Assert.InRange(pools.Count, 1, 100);
        Assert.Equal(1, (await Try(Pipeline(pools), "one more", Task.FromResult(1))).Value);
    }

    [Fact]
    public async Task When_all_pools_are_in_use_further_keys_are_refused_until_one_is_free()
    {
        using var pools = new BulkheadPools("tenant", maximumKeys: 2, clock: clock);
        var pipeline = Pipeline(pools);
        var end = new TaskCompletionSource<int>();
        Task[] running = [Try(pipeline, "a", end.Task), Try(pipeline, "b", end.Task)];

        Assert.Equal(RejectionKind.BulkheadFull, (await Try(pipeline, "c", Task.FromResult(1))).Rejection!.Kind);
        end.SetResult(1);
        await Task.WhenAll(running);
        clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, (await Try(pipeline, "c", Task.FromResult(1))).Value);
    }

    [Fact]
    public async Task Disposed_pools_refuse_every_key()
    {
        var pools = new BulkheadPools("tenant", clock: clock);
        var pipeline = Pipeline(pools);
        await Try(pipeline, "a", Task.FromResult(1));
        pools.Dispose();

        Assert.Contains("closed", (await Try(pipeline, "a", Task.FromResult(1))).Rejection!.Reason, StringComparison.Ordinal);
        Assert.Contains("closed", (await Try(pipeline, "b", Task.FromResult(1))).Rejection!.Reason, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BulkheadPools("none", maximumKeys: 0));
    }

    [Fact]
    public void Groups_that_share_a_pool_or_a_store_are_reported_and_so_are_pipelines_that_share_a_pool()
    {
        using var shared = new Bulkhead("database");
        using var own = new Bulkhead("search");
        foreach (var pipeline in new[] { "orders", "payments" })
        {
            new ResiliencePipelineBuilder<int>(pipeline).AddBulkhead(shared).Build();
        }

        var report = BulkheadGroup.Report(
        [
            new("checkout") { Pools = [shared], Resources = ["store orders", "queue mail"] },
            new("returns") { Pools = [shared], Resources = ["store orders"] },
            new("search") { Pools = [own] },
        ]);

        Assert.Equal(
        [
            "Groups checkout and returns are declared apart and share bulkhead 'database': they fail together.",
            "Groups checkout and returns are declared apart and share store orders: they fail together.",
            "Pipelines orders and payments share bulkhead 'database'.",
        ], report);
        Assert.Empty(BulkheadGroup.Report([new("search") { Pools = [own] }]));
    }

    private static Task<Outcome<int>> Try(ResiliencePipeline<int> pipeline, string? key, Task<int> end) =>
        pipeline.TryExecuteAsync(static (_, end) => new ValueTask<int>(end), end, new() { Key = key }).AsTask();

    private ResiliencePipeline<int> Pipeline(BulkheadPools pools) =>
        new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared)).AddBulkhead(pools).Build();
}
