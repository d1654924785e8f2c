using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Tests.Traffic;

public sealed class StranglerTests
{
    [Fact]
    public async Task A_capability_is_switched_on_all_its_routes_and_back_while_others_stay()
    {
        await using var monolith = await Upstream.StartAsync(context => context.Response.WriteAsync("monolith"));
        await using var modern = await Upstream.StartAsync(context => context.Response.WriteAsync("modern"));
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig
            {
                Routes =
                [
                    new RouteConfig { Path = "/invoices", Strangler = Moves("invoices") },
                    new RouteConfig { Path = "/invoices/{id}", Strangler = Moves("invoices") },
                    new RouteConfig { Path = "/customers", Strangler = Moves("customers") },
                ],
            },
            ("monolith", [monolith.Address]),
            ("modern", [modern.Address]));
        Assert.Equal(("monolith", "monolith", "monolith"), await AnswersAsync(gateway));

        Assert.Equal("modern", (await SwitchAsync(gateway, new { mode = "modern" })).GetProperty("mode").GetString());
        Assert.Equal(("modern", "modern", "monolith"), await AnswersAsync(gateway));

        Assert.Equal(25, (await SwitchAsync(gateway, new { percent = 25 })).GetProperty("percent").GetDouble());

        var back = await SwitchAsync(gateway, new { mode = "legacy" });
        Assert.Equal(("legacy", 2), (back.GetProperty("mode").GetString(), back.GetProperty("routes").GetArrayLength()));
        Assert.Equal(("monolith", "monolith", "monolith"), await AnswersAsync(gateway));
    }

    private static StranglerConfig Moves(string capability) => new() { Capability = capability, Legacy = "monolith", Modern = "modern" };

    private static async Task<JsonElement> SwitchAsync(Gateway gateway, object position)
    {
        using var answer = await gateway.Client.PutAsJsonAsync("/portolan/gateway/splits/invoices", position);
        Assert.True(answer.IsSuccessStatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<(string, string, string)> AnswersAsync(Gateway gateway) =>
        (await gateway.Client.GetStringAsync("/invoices"), await gateway.Client.GetStringAsync("/invoices/7"), await gateway.Client.GetStringAsync("/customers"));
}
