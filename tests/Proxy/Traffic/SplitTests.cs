using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Tests.Traffic;

public sealed class SplitTests : IAsyncLifetime
{
    private Upstream old = null!;
    private Upstream next = null!;

    public async ValueTask InitializeAsync()
    {
        old = await Upstream.StartAsync(context =>
        {
            context.Response.Headers.Append("Set-Cookie", "mine=1");
            context.Response.Headers["X-Variant"] = "made-up";
            return context.Response.WriteAsync("old");
        });
        next = await Upstream.StartAsync(context => context.Response.WriteAsync("next " + context.Request.Headers["X-Canary"]));
    }

    public async ValueTask DisposeAsync()
    {
        await old.DisposeAsync();
        await next.DisposeAsync();
    }

    [Fact]
    public async Task A_user_stays_with_a_variant_and_the_shares_are_kept()
    {
        await using var gateway = await StartAsync(ByUser(70, 30));

        var canaries = 0;
        for (var user = 0; user < 200; user++)
        {
            var first = await GetAsync(gateway, ("X-User", $"user-{user}"));
            Assert.Equal(first, await GetAsync(gateway, ("X-User", $"user-{user}")));
            canaries += first.StartsWith("next", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(canaries, 35, 85);
    }

    [Fact]
    public async Task Without_the_header_the_clients_address_decides()
    {
        await using var gateway = await StartAsync(ByUser(50, 50));

        var first = await GetAsync(gateway);

        Assert.Equal([first, first, first], [await GetAsync(gateway), await GetAsync(gateway), await GetAsync(gateway)]);
    }

    [Fact]
    public async Task A_browser_gets_a_cookie_and_stays_with_what_it_got()
    {
        await using var gateway = await StartAsync(Split(50, 50));

        using var first = await gateway.Client.GetAsync("/orders");
        var given = first.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("portolan-subject=", StringComparison.Ordinal));
        Assert.EndsWith("; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax", given);
        var body = await first.Content.ReadAsStringAsync();
        if (body == "old")
        {
            Assert.Contains("mine=1", first.Headers.GetValues("Set-Cookie"));
        }

        for (var again = 0; again < 5; again++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
            request.Headers.Add("Cookie", "other=1; " + given[..given.IndexOf(';')]);
            using var answer = await gateway.Client.SendAsync(request);
            Assert.Equal(body, await answer.Content.ReadAsStringAsync());
            Assert.DoesNotContain(answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], cookie => cookie.StartsWith("portolan", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("X-Canary", "true", "next true")]
    [InlineData("X-Canary", "canary", "next canary")]
    [InlineData("X-Canary", "false", "old")]
    [InlineData("X-Canary", "orders", "old")]
    [InlineData("X-Canary", "something-else", "old")]
    [InlineData("Cookie", "a=b; canary=true", "next ")]
    [InlineData("Cookie", "canary=false", "old")]
    public async Task A_request_may_choose_where_that_is_allowed(string header, string value, string expected)
    {
        await using var gateway = await StartAsync(Split(100, 0) with { Override = true });

        Assert.Equal(expected, await GetAsync(gateway, (header, value)));
    }

    [Fact]
    public async Task A_request_may_not_choose_where_nobody_said_so()
    {
        await using var gateway = await StartAsync(Split(100, 0));

        Assert.Equal("old", await GetAsync(gateway, ("X-Canary", "true")));
    }

    [Fact]
    public async Task The_variant_is_named_where_that_is_asked_for_and_nobody_gets_a_cookie_while_one_has_all_the_weight()
    {
        await using var gateway = await StartAsync(Split(100, 0) with { Show = true });

        using var answer = await gateway.Client.GetAsync("/orders");

        Assert.Equal("orders", Assert.Single(answer.Headers.GetValues("X-Variant")));
        Assert.Equal(["mine=1"], answer.Headers.GetValues("Set-Cookie"));
    }

    [Fact]
    public async Task An_operator_changes_the_weights_and_takes_that_back()
    {
        await using var gateway = await StartAsync(Split(100, 0));

        using var changed = await gateway.Client.PutAsJsonAsync("/portolan/gateway/splits/%2Forders", new { weights = new { orders = 0, canary = 5 } });
        var resource = await changed.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(resource.GetProperty("changed").GetBoolean());
        Assert.Equal("next ", await GetAsync(gateway));

        var listed = (await gateway.Client.GetFromJsonAsync<JsonElement>("/portolan/gateway/splits")).GetProperty("splits")[0];
        Assert.Equal("/orders", listed.GetProperty("routes")[0].GetString());
        Assert.Equal([("orders", 0, 0.0, 0), ("canary", 5, 1.0, 1)], listed.GetProperty("variants").EnumerateArray().Select(
            variant => (variant.GetProperty("name").GetString(), variant.GetProperty("weight").GetInt32(), variant.GetProperty("share").GetDouble(), variant.GetProperty("requests").GetInt32())));

        using var reset = await gateway.Client.DeleteAsync("/portolan/gateway/splits/%2Forders");
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        Assert.Equal("old", await GetAsync(gateway));
    }

    [Theory]
    [InlineData("%2Forders", "{\"weights\":{\"nobody\":1}}", HttpStatusCode.BadRequest, "There is no variant 'nobody'")]
    [InlineData("%2Forders", "{\"weights\":{\"orders\":0}}", HttpStatusCode.BadRequest, "Every weight would be 0")]
    [InlineData("%2Forders", "{\"weights\":{\"orders\":-1}}", HttpStatusCode.BadRequest, "from 0 to")]
    [InlineData("%2Forders", "{\"weights\":{\"orders\":1.5}}", HttpStatusCode.BadRequest, "Send {")]
    [InlineData("%2Forders", "[]", HttpStatusCode.BadRequest, "Send {")]
    [InlineData("%2Forders", "", HttpStatusCode.BadRequest, "Send {")]
    [InlineData("nothing", "{\"weights\":{\"orders\":1}}", HttpStatusCode.NotFound, "no split 'nothing'")]
    public async Task A_change_that_cannot_be_is_refused(string name, string body, HttpStatusCode status, string reason)
    {
        await using var gateway = await StartAsync(Split(100, 0));

        using var answer = await gateway.Client.PutAsync("/portolan/gateway/splits/" + name, new StringContent(body));

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(reason, System.Text.RegularExpressions.Regex.Unescape(await answer.Content.ReadAsStringAsync()));
        Assert.Equal("old", await GetAsync(gateway));
    }

    private static SplitConfig Split(int stable, int canary) => new()
    {
        Name = "/orders",
        Variants = [new VariantConfig("orders", "orders", stable), new VariantConfig("canary", "orders-next", canary)],
    };

    private static SplitConfig ByUser(int stable, int canary) => Split(stable, canary) with { Subject = new SubjectConfig(SubjectKind.Header, "X-User") };

    private Task<Gateway> StartAsync(SplitConfig split) => Gateway.StartAsync(
        new GatewayConfig { Routes = [new RouteConfig { Path = "/orders", Split = split }] }, ("orders", [old.Address]), ("orders-next", [next.Address]));

    private static async Task<string> GetAsync(Gateway gateway, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await gateway.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
