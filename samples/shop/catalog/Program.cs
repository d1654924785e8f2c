using Portolan.Discovery.Http;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Retry;
using Shop.Catalog;
using Shop.Catalog.Getting;

var builder = WebApplication.CreateBuilder(args);

// The next version has a name and a store of its own, so that the gateway can give it as much to do as it should have.
var isNext = builder.Configuration.GetValue<bool>("Catalog:Next");
builder.AddPortolan(isNext ? "catalog-next" : "catalog", options =>
{
    options.Seed("products", isNext ? SeedData.KeepAsync : SeedData.ApplyAsync);

    // A page waits for the stock no longer than this, and shows what was in stock last.
    options.Clients["inventory"] = new ServiceClientOptions
    {
        TotalTimeout = TimeSpan.FromMilliseconds(1200),
        AttemptTimeout = TimeSpan.FromSeconds(1),
        Retry = new RetryOptions { MaximumAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(50), FailoverAtOnce = true },
        CircuitBreaker = new CircuitBreakerOptions { OpenDuration = TimeSpan.FromSeconds(5) },
    };
});
builder.Services.AddHttpClient("inventory");

builder.Services.AddSingleton<StockLookup>();

var app = builder.Build();
app.MapGetProducts(currency: isNext ? "EUR" : null);
app.MapPortolan();
app.Run();
