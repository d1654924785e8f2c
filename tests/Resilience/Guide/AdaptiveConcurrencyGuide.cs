using Microsoft.AspNetCore.Builder;
using Portolan.Resilience.Concurrency;
using Portolan.Resilience.Shedding;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Tests.Guide;

public sealed class AdaptiveConcurrencyGuide
{
    [Fact]
    public async Task A_limit_for_the_calls_to_one_service()
    {
        var concurrency = new AdaptiveConcurrency("inventory");
        var pipeline = new ResiliencePipelineBuilder<string>("inventory")
            .AddAdaptiveConcurrency(concurrency, new PriorityShares())
            .AddAttemptTimeout(TimeSpan.FromSeconds(3))
            .Build();

        var outcome = await pipeline.TryExecuteAsync(
            static (call, item) => AskAsync(item, call.CancellationToken), "sku-1", new CallOptions { Priority = CallPriority.High });

        Assert.Equal("sku-1", outcome.Value);
        Assert.Equal(0, concurrency.InFlight);
    }

    [Fact]
    public async Task A_limit_for_a_server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();

        app.UseLoadShedding(new AdaptiveConcurrency("requests"), new LoadSheddingOptions
        {
            TrustsPriority = context => context.Connection.ClientCertificate is not null,
            PriorityOf = context => context.Request.Path.StartsWithSegments("/reports") ? CallPriority.Low : CallPriority.Normal,
            NeverShed = ["/events"],
        });

        Assert.NotNull(((IApplicationBuilder)app).Build());
    }

    [Fact]
    public async Task Shedding_by_what_fills_up()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();

        var memory = new LoadShedder("memory", () =>
        {
            var info = GC.GetGCMemoryInfo();
            return (double)info.MemoryLoadBytes / info.HighMemoryLoadThresholdBytes;
        });
        app.UseLoadShedding(memory);
        var pipeline = new ResiliencePipelineBuilder<string>("reports").AddLoadShedding(memory).Build();

        Assert.NotNull(((IApplicationBuilder)app).Build());
        Assert.Equal("reports: load shedding 'memory' -> call", pipeline.ToString());
    }

    private static ValueTask<string> AskAsync(string item, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<string>(cancellationToken) : ValueTask.FromResult(item);
}
