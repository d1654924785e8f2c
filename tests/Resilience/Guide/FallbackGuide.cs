using Microsoft.AspNetCore.Http;
using Portolan.Resilience.Fallback;
using Portolan.Resilience.Retry;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Guide;

public sealed class FallbackGuide
{
    private readonly VirtualClock clock = new();
    private bool broken;

    [Fact]
    public async Task The_last_good_answer_says_that_it_is_one()
    {
        var known = new LastGood<int>(clock, maximumKeys: 1_000, maximumAge: TimeSpan.FromHours(1));
        var prices = new ResiliencePipelineBuilder<Marked<int>>(new PipelineScope("catalog", clock, Random.Shared))
            .AddFallback(new() { Kind = FallbackKind.Cached, Answer = known.AnswerAsync })
            .AddRetry()
            .Build();

        var price = await prices.ExecuteAsync(async (_, name) => known.Remember(name, await PriceAsync(name)), "pen", new() { Key = "pen" });

        Assert.False(price.IsFallback);
        broken = true;
        var pending = prices.ExecuteAsync(async (_, name) => known.Remember(name, await PriceAsync(name)), "pen", new() { Key = "pen" }).AsTask();
        while (!pending.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        price = await pending;
        Assert.Equal((7, "cached"), (price.Value, price.Meta!.Fallback));
        var context = new DefaultHttpContext();
        context.Response.Mark(price.Meta);
        await context.Response.WriteAsJsonAsync(new { price = price.Value, meta = price.Meta });
        Assert.Equal("stale", context.Response.Headers["X-Data-Freshness"]);
    }

    [Fact]
    public async Task An_empty_list_stands_in_for_recommendations()
    {
        var pipeline = new ResiliencePipelineBuilder<Marked<string[]>>("recommendations")
            .AddFallback(new()
            {
                Kind = FallbackKind.Default,
                Answer = (outcome, _) => new(new Marked<string[]>([], FallbackMeta.Of(FallbackKind.Default, outcome))),
            })
            .Build();

        var answer = await pipeline.ExecuteAsync(_ => throw new IOException("broken"));
        Assert.Equal((0, "failed"), (answer.Value.Length, answer.Meta!.Reason));
    }

    private ValueTask<int> PriceAsync(string name) => broken ? throw new IOException($"no {name}") : new(7);
}
