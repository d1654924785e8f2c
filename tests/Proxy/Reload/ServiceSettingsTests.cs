using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Resilience.Breakers;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Reload;

public sealed class ServiceSettingsTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task Circuits_take_over_other_settings_and_those_of_other_services_stay_as_they_are()
    {
        await using var failing = await FailingAsync();
        await using var gateway = await StartAsync(Text("opensAfter: 3", "opensAfter: 3"), failing.Address);
        await FailAsync(gateway, "/a", 2);
        await FailAsync(gateway, "/b", 2);

        gateway.Apply(Text("opensAfter: 4", "opensAfter: 3"));

        // Of b, the third in a row; of a, which counts anew, the first of four.
        await FailAsync(gateway, "/b", 1);
        await FailAsync(gateway, "/a", 3);
        Assert.Equal(("closed", "open"), (StateOf(gateway, "a"), StateOf(gateway, "b")));
        await FailAsync(gateway, "/a", 1);
        Assert.Equal("open", StateOf(gateway, "a"));
    }

    [Fact]
    public async Task An_open_circuit_stays_open_for_as_long_as_the_new_settings_say()
    {
        await using var failing = await FailingAsync();
        await using var gateway = await StartAsync(Text("opensAfter: 1, staysOpen: 1h", "opensAfter: 1, staysOpen: 1h"), failing.Address);
        await FailAsync(gateway, "/a", 1);
        await FailAsync(gateway, "/b", 1);
        clock.Advance(TimeSpan.FromSeconds(30));

        gateway.Apply(Text("opensAfter: 1, staysOpen: 1m", "opensAfter: 1, staysOpen: 1h"));

        using (var refused = await gateway.Client.GetAsync("/a"))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(30)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        }

        clock.Advance(TimeSpan.FromSeconds(31));
        await FailAsync(gateway, "/a", 1);
        Assert.Equal("open", StateOf(gateway, "b"));
    }

    [Fact]
    public async Task What_an_operator_forced_stays_forced()
    {
        await using var failing = await FailingAsync();
        await using var gateway = await StartAsync(Text("opensAfter: 1", "opensAfter: 1"), failing.Address);
        await FailAsync(gateway, "/a", 1);
        BreakerOf(gateway, "a").Isolate();

        gateway.Apply(Text("opensAfter: 2", "opensAfter: 1"));

        using var refused = await gateway.Client.GetAsync("/a");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, BreakerState.Isolated), (refused.StatusCode, BreakerOf(gateway, "a").State));
    }

    [Fact]
    public async Task Addresses_of_the_file_take_effect_for_the_next_request()
    {
        await using var one = await Upstream.StartAsync(context => context.Response.WriteAsync("one"));
        await using var two = await Upstream.StartAsync(context => context.Response.WriteAsync("two"));
        await using var gateway = await Gateway.StartAsync(At(one.Address));
        Assert.Equal("one", await gateway.Client.GetStringAsync("/a"));

        gateway.Apply(At(two.Address));
        Assert.Equal("two", await gateway.Client.GetStringAsync("/a"));

        gateway.Apply(At(one.Address, two.Address));
        Assert.Equal(["one", "two"], new[] { await gateway.Client.GetStringAsync("/a"), await gateway.Client.GetStringAsync("/a") }.Order());

        gateway.Apply("routes: [{ path: /a, service: a }]");
        using var nobody = await gateway.Client.GetAsync("/a");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, nobody.StatusCode);

        gateway.Apply(At(one.Address));
        Assert.Equal("one", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact]
    public async Task An_instance_that_moves_is_not_held_to_what_was_at_its_place()
    {
        await using var failing = await FailingAsync();
        await using var sound = await Upstream.StartAsync(context => context.Response.WriteAsync("sound"));
        await using var gateway = await Gateway.StartAsync(At(failing.Address));
        await FailAsync(gateway, "/a", 5);
        using (var refused = await gateway.Client.GetAsync("/a"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        gateway.Apply(At(sound.Address));
        Assert.Equal("sound", await gateway.Client.GetStringAsync("/a"));
    }

    private static Task<Upstream> FailingAsync() => Upstream.StartAsync(context =>
    {
        context.Response.StatusCode = 500;
        return Task.CompletedTask;
    });

    private static string Text(string a, string b) =>
        $"services: {{ a: {{ {a} }}, b: {{ {b} }} }}\nroutes: [{{ path: /a, service: a }}, {{ path: /b, service: b }}]";

    private static string At(params string[] addresses) =>
        $"services: {{ a: {{ addresses: [{string.Join(", ", addresses)}] }} }}\nroutes: [{{ path: /a, service: a }}]";

    private static async Task FailAsync(Gateway gateway, string path, int times)
    {
        for (; times > 0; times--)
        {
            using var answer = await gateway.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    private static CircuitBreaker BreakerOf(Gateway gateway, string service) => Assert.Single(gateway.Part<CircuitBreakers>().All, breaker => breaker.Name.StartsWith(service + "/", StringComparison.Ordinal));

    private static string StateOf(Gateway gateway, string service) => BreakerOf(gateway, service).State.ToString().ToLowerInvariant();

    private Task<Gateway> StartAsync(string yaml, string address) =>
        Gateway.StartAsync(yaml, services => services.AddSingleton<TimeProvider>(clock), ("a", [address]), ("b", [address]));
}
