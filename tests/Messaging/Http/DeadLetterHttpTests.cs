using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Messaging.Http;
using Portolan.Testing;

namespace Portolan.Messaging.Tests.Http;

public sealed class DeadLetterHttpTests
{
    private bool repaired;

    [Fact]
    public async Task An_operator_lists_shows_and_redrives()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(_ => repaired ? null : throw new InvalidOperationException("not yet")));
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await shop.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        await using var app = await ServeAsync(shop["stock"]);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var letter = Assert.Single((await client.GetFromJsonAsync<JsonElement>("/portolan/dead-letters")).GetProperty("deadLetters").EnumerateArray());
        Assert.Equal(
            ["id", "messageId", "type", "handler", "key", "service", "attempts", "error", "traceId", "deadAt"],
            letter.EnumerateObject().Select(property => property.Name));
        Assert.Equal("not yet", letter.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("stock", letter.GetProperty("service").GetString());

        var id = letter.GetProperty("id").GetString();
        var shown = await client.GetFromJsonAsync<JsonElement>($"/portolan/dead-letters/{id}");
        Assert.Equal("a", shown.GetProperty("body").GetProperty("order").GetString());
        Assert.Contains("InvalidOperationException", shown.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.True(shown.TryGetProperty("headers", out _));

        repaired = true;
        using var redriven = await client.PostAsync($"/portolan/dead-letters/{id}/redrive", null);
        Assert.Equal(HttpStatusCode.Accepted, redriven.StatusCode);
        Assert.Equal($$"""{"id":"{{id}}","status":"redriven"}""", await redriven.Content.ReadAsStringAsync());
        await shop.RunUntilIdleAsync();
        Assert.Equal(1, await shop.CountAsync("stock", "inbox"));
        Assert.Equal(0, await shop["stock"].DeadLetters.CountAsync());

        using var again = await client.PostAsync($"/portolan/dead-letters/{id}/redrive", null);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (again.StatusCode, again.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Host", "rebound.example")]
    public async Task Nobody_else_gets_to_see_them(string header, string value)
    {
        await using var shop = await Shop.StartAsync(_ => { });
        await using var app = await ServeAsync(shop["stock"]);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/portolan/dead-letters");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static async Task<WebApplication> ServeAsync(TestService service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => service.DeadLetters).AddSingleton(_ => service.Get<MessageCatalogue>());
        var app = builder.Build();
        app.MapDeadLetters();
        await app.StartAsync();
        return app;
    }
}
