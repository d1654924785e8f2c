using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Flags;

public sealed class FlagTests : IAsyncLifetime
{
    private const string Flag = "X-Feature-Flags";

    private Upstream backend = null!;
    private volatile string path = "";
    private int asked;

    public async ValueTask InitializeAsync() => backend = await Upstream.StartAsync(context =>
    {
        Interlocked.Increment(ref asked);
        path = context.Request.Path.Value!;
        context.Response.Headers.CacheControl = "public, max-age=60";
        return context.Response.WriteAsync($"[{context.Request.Headers[Flag]}]");
    });

    public ValueTask DisposeAsync() => backend.DisposeAsync();

    [Fact]
    public async Task Services_are_told_what_is_on_and_strangers_say_nothing()
    {
        await using var gateway = await StartAsync("flags: { a: true, b: false, c: { percent: 100 } }");

        Assert.Equal("[a, c]", await GetAsync(gateway, "/"));
        Assert.Equal("[a, c]", await GetAsync(gateway, "/", (Flag, "b, a=off, z"), ("X_Feature_Flags", "b")));
        Assert.Equal("[a, c]", await GetAsync(gateway, "/", ("Connection", Flag)));
    }

    [Fact]
    public async Task A_gateway_without_flags_lets_nobody_make_some_up()
    {
        await using var gateway = await StartAsync("");

        Assert.Equal("[]", await GetAsync(gateway, "/", (Flag, "b")));
    }

    [Fact]
    public async Task A_user_keeps_what_it_got_while_the_flag_grows()
    {
        await using var gateway = await StartAsync("flags: { new: { percent: 30, by: header X-User, always: [ann] } }");
        var before = await UsersAsync(gateway);
        Assert.InRange(before.Count, 40, 85);
        Assert.Equal(before, await UsersAsync(gateway));

        await SetAsync(gateway, "new", 60);
        var after = await UsersAsync(gateway);
        Assert.InRange(after.Count, 95, 145);
        Assert.Subset(after, before);
        Assert.Equal("[new]", await GetAsync(gateway, "/", ("X-User", "ann")));

        await SetAsync(gateway, "new", 0);
        Assert.Empty(await UsersAsync(gateway));
        Assert.Equal("[new]", await GetAsync(gateway, "/", ("X-User", "ann")));
    }

    [Fact]
    public async Task Flags_choose_independently_of_each_other()
    {
        await using var gateway = await StartAsync("flags: { one: { percent: 50, by: header X-User }, two: { percent: 50, by: header X-User } }");
        var seen = new HashSet<string>();
        for (var user = 0; user < 60; user++)
        {
            seen.Add(await GetAsync(gateway, "/", ("X-User", $"user-{user}")));
        }

        Assert.Equal(["[]", "[one, two]", "[one]", "[two]"], seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("new", "", "[new]")]
    [InlineData("new=on", "feature-new=off", "[new]")]
    [InlineData("other, new=off", "feature-new=on", "[]")]
    [InlineData("newer, new=maybe", "feature-new=on", "[new]")]
    [InlineData("", "feature-new=off", "[]")]
    [InlineData("", "feature-newer=on", "[]")]
    public async Task A_request_chooses_where_it_may(string header, string cookie, string expected)
    {
        await using var gateway = await StartAsync("flags: { new: { percent: 0, override: true }, newer: false }");

        Assert.Equal(expected, await GetAsync(gateway, "/", (Flag, header), ("Cookie", cookie)));
    }

    [Fact]
    public async Task A_browser_is_told_apart_once_by_all_that_tell_it_apart()
    {
        await using var gateway = await StartAsync(
            "flags: { one: { percent: 50 }, two: { percent: 50 } }",
            "- path: /x\n  split: [{ service: backend, weight: 1 }, { service: backend, name: other, weight: 1 }]");

        using var first = await gateway.Client.GetAsync("/x");
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        var body = await first.Content.ReadAsStringAsync();

        Assert.Equal(body, await GetAsync(gateway, "/x", ("Cookie", cookie[..cookie.IndexOf(';')])));
    }

    [Fact]
    public async Task A_route_may_need_a_flag_and_leaves_others_to_the_next()
    {
        await using var gateway = await StartAsync(
            "flags: { beta: { by: header X-User, always: ann } }",
            "- { path: /shop, service: backend, flag: beta, rewrite: /new }\n- { path: /shop, service: backend, rewrite: /old }");

        Assert.Equal(("/new", "/old"), (await PathAsync("ann"), await PathAsync("bob")));
        gateway.Apply("flags: { beta: { by: header X-User, always: ann } }\nroutes:\n- { path: /shop, service: backend, flag: beta }");
        using var hidden = await gateway.Client.GetAsync("/shop");
        Assert.Equal((404, "/shop"), ((int)hidden.StatusCode, await PathAsync("ann")));

        async Task<string> PathAsync(string user)
        {
            await GetAsync(gateway, "/shop", ("X-User", user));
            return path;
        }
    }

    [Fact]
    public async Task A_cache_keeps_answers_for_different_flags_apart()
    {
        await using var gateway = await StartAsync("flags: { new: { override: true } }", "- { path: /kept, service: backend, cache: { ttl: 1m } }");

        foreach (var _ in new[] { 1, 2 })
        {
            Assert.Equal("[]", await GetAsync(gateway, "/kept"));
            Assert.Equal("[new]", await GetAsync(gateway, "/kept", (Flag, "new")));
        }

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Operators_see_switch_and_reset_them()
    {
        await using var gateway = await StartAsync("flags: { new: { percent: 100, always: [ann] }, old: true }");
        await GetAsync(gateway, "/");
        await SetAsync(gateway, "new", 0);
        await GetAsync(gateway, "/");

        Assert.Equal(
            """{"flags":[{"name":"new","percent":0,"changed":true,"always":["ann"],"requests":2,"on":1},{"name":"old","percent":100,"changed":false,"always":[],"requests":2,"on":2}]}""",
            await gateway.Client.GetStringAsync("/portolan/gateway/flags"));
        using var reset = await gateway.Client.DeleteAsync("/portolan/gateway/flags/new");
        Assert.Equal(100, JsonDocument.Parse(await reset.Content.ReadAsStringAsync()).RootElement.GetProperty("percent").GetInt32());
        using var unknown = await gateway.Client.DeleteAsync("/portolan/gateway/flags/newer");
        Assert.Equal(404, (int)unknown.StatusCode);
        foreach (var wrong in new[] { "", "{}", "[]", "{\"percent\":101}", "{\"percent\":\"5\"}", "{\"percent\":1.5}" })
        {
            using var content = new StringContent(wrong);
            using var refused = await gateway.Client.PutAsync("/portolan/gateway/flags/new", content);
            Assert.Equal(400, (int)refused.StatusCode);
        }
    }

    [Fact]
    public async Task What_an_operator_set_outlives_a_reload_that_is_about_something_else()
    {
        await using var gateway = await StartAsync("flags: { new: false, other: false }");
        await SetAsync(gateway, "new", 100);

        gateway.Apply("flags: { new: false, other: true }\nroutes:\n- { path: \"/{**rest}\", service: backend }");
        Assert.Equal("[new, other]", await GetAsync(gateway, "/x"));

        gateway.Apply("flags: { new: { percent: 0, override: true } }\nroutes:\n- { path: \"/{**rest}\", service: backend }");
        Assert.Equal("[]", await GetAsync(gateway, "/x"));
    }

    [Theory]
    [InlineData("flags: { New: true }\nroutes: []", "'New' is not a flag's name")]
    [InlineData("flags: { new: maybe }\nroutes: []", "expected true or false as 'new', found 'maybe'")]
    [InlineData("flags: { new: { percent: 101 } }\nroutes: []", "expected a whole number from 0 to 100 as 'percent', found '101'")]
    [InlineData("flags: { new: { percentage: 1 } }\nroutes: []", "did you mean 'percent'?")]
    [InlineData("flags: { new: { by: moon } }\nroutes: []", "expected cookie, cookie <name>, header <name> or address as 'by'")]
    [InlineData("flags: [new]\nroutes: []", "expected flags as a mapping")]
    [InlineData("flags: { new: true }\nroutes: [{ path: /x, service: a, flag: nev }]", "there is no flag 'nev'; did you mean 'new'?")]
    [InlineData("routes: [{ path: /x, service: a, flag: new }]", "there is no flag 'new'; add it to 'flags' of the gateway.")]
    public void What_is_wrong_is_said_with_the_fix(string yaml, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf(yaml), StringComparison.Ordinal);

    private Task<Gateway> StartAsync(string flags, string routes = "") => Gateway.StartAsync(
        $"{flags}\nroutes:\n{routes}\n- {{ path: \"/{{**rest}}\", service: backend }}",
        ("backend", [backend.Address]));

    private static async Task<HashSet<string>> UsersAsync(Gateway gateway)
    {
        var on = new HashSet<string>();
        for (var user = 0; user < 200; user++)
        {
            if (await GetAsync(gateway, "/", ("X-User", $"user-{user}")) == "[new]")
            {
                on.Add($"user-{user}");
            }
        }

        return on;
    }

    private static async Task SetAsync(Gateway gateway, string flag, int percent)
    {
        using var content = new StringContent($"{{\"percent\":{percent}}}");
        using var answer = await gateway.Client.PutAsync($"/portolan/gateway/flags/{flag}", content);
        answer.EnsureSuccessStatusCode();
    }

    // The home page answers /.
    private static async Task<string> GetAsync(Gateway gateway, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path == "/" ? "/any" : path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await gateway.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
