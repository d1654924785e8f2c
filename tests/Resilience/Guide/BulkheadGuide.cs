using Portolan.Resilience.Bulkheads;

namespace Portolan.Resilience.Tests.Guide;

public sealed class BulkheadGuide
{
    [Fact]
    public async Task Pipelines_share_a_pool()
    {
        var warehouse = new Bulkhead("warehouse", new() { Concurrency = 10, QueueLength = 100, Wait = TimeSpan.FromMilliseconds(100) });
        var reserve = new ResiliencePipelineBuilder<string>("reserve").AddBulkhead(warehouse).Build();
        var look = new ResiliencePipelineBuilder<string>("look").AddBulkhead(warehouse).Build();

        Assert.Equal("pen", await reserve.ExecuteAsync(_ => AskAsync("pen")));
        Assert.Equal("ink", await look.ExecuteAsync(_ => AskAsync("ink")));
        Assert.Equal(["reserve", "look"], warehouse.Users);

        var shared = BulkheadGroup.Report(
        [
            new("checkout") { Pools = [warehouse], Resources = ["store orders"] },
            new("returns") { Pools = [], Resources = ["store orders"] },
        ]);
        Assert.Contains("Groups checkout and returns are declared apart and share store orders: they fail together.", shared);
    }

    [Fact]
    public async Task A_pool_for_each_tenant()
    {
        var tenants = new BulkheadPools("tenant", new() { Concurrency = 2 }, maximumKeys: 1_000);
        var pipeline = new ResiliencePipelineBuilder<string>("orders").AddBulkhead(tenants).Build();
        await pipeline.ExecuteAsync(static (call, name) => AskAsync(name), "pen", new() { Key = "tenant 7" });

        Assert.Equal(1, tenants.Count);
    }

    private static ValueTask<string> AskAsync(string name) => new(name);
}
