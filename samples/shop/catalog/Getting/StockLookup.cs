using Portolan.Resilience;
using Portolan.Resilience.Fallback;
using Stock = System.Collections.Generic.IReadOnlyDictionary<string, bool>;

namespace Shop.Catalog.Getting;

/// <summary>Asks the inventory, by its name, what is in stock; while it does not answer, what it last said stands in.</summary>
internal sealed class StockLookup
{
    private readonly IHttpClientFactory clients;
    private readonly LastGood<Stock> lastSeen;
    private readonly ResiliencePipeline<Marked<Stock>> pipeline;

    public StockLookup(IHttpClientFactory clients, TimeProvider clock)
    {
        this.clients = clients;
        lastSeen = new LastGood<Stock>(clock);
        pipeline = new ResiliencePipelineBuilder<Marked<Stock>>("stock")
            .AddFallback(new() { Kind = FallbackKind.Cached, Answer = lastSeen.AnswerAsync })
            .Build();
    }

    /// <summary>In stock by product, and whether that is fresh; null when the inventory does not answer and never has.</summary>
    public async Task<Marked<Stock>?> AllAsync(CancellationToken cancellationToken)
    {
        var outcome = await pipeline.TryExecuteAsync(
            static (call, lookup) => lookup.AskAsync(call.CancellationToken), this, cancellationToken: cancellationToken);
        return outcome.HasValue ? outcome.Value : (Marked<Stock>?)null;
    }

    private async ValueTask<Marked<Stock>> AskAsync(CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient("inventory");
        var stock = await client.GetFromJsonAsync<List<StockEntry>>("stock", cancellationToken);
        var inStock = stock!.ToDictionary(entry => entry.ProductId, entry => entry.InStock);
        return new(lastSeen.Remember("", inStock));
    }

    private sealed record StockEntry(string ProductId, bool InStock);
}
