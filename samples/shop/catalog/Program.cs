using Portolan.Discovery.Http;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Retry;
using Shop.Catalog;
using Shop.Catalog.Getting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("catalog", options =>
{
    options.Seed("products", SeedData.ApplyAsync);

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
app.MapGetProducts();
app.MapPortolan();
app.Run();
