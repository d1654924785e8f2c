using Portolan.Proxy.Tests.Fixtures;
using System.Text.RegularExpressions;

namespace Portolan.Proxy.Tests.Affinity;

public sealed class AffinityTests
{
    [Fact]
    public async Task A_client_stays_with_the_instance_that_answered_it_first()
    {
        await using var one = await Upstream.StartEchoAsync();
        await using var two = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("{ maxAge: 1h }", one, two);

        var first = await gateway.GetRawAsync("/x");
        var cookie = Regex.Match(first, "\r\nSet-Cookie: (X-Server-Affinity=([A-Za-z0-9_-]+)); ([^\r]*)");
        Assert.True(cookie.Success, first);
        Assert.Equal("max-age=3600; path=/; samesite=lax; httponly", cookie.Groups[3].Value);
        var servedBy = ServedBy(first);
        Assert.DoesNotContain(servedBy, cookie.Groups[2].Value);

        for (var call = 0; call < 6; call++)
        {
            var again = await gateway.GetRawAsync("/x", "Cookie: a=b; " + cookie.Groups[1].Value);
            Assert.Equal(servedBy, ServedBy(again));
            Assert.DoesNotContain("Set-Cookie", again);
        }

        var others = new HashSet<string>();
        for (var call = 0; call < 20; call++)
        {
            others.Add(ServedBy(await gateway.GetRawAsync("/x")));
        }

        Assert.Equal(2, others.Count);
    }

    [Fact]
    public async Task When_its_instance_is_gone_a_client_gets_another_and_stays_there()
    {
        await using var sound = await Upstream.StartEchoAsync();
        var gone = RawServer.NobodyThere();
        await using var gateway = await Gateway.StartAsync(Routes("{}"), ("backend", [gone, sound.Address]));
        var token = Portolan.Proxy.Affinity.InstanceTokens.Of("backend", new Uri(gone).Authority);

        foreach (var cookie in new[] { token, "never-was", "\"" })
        {
            var answer = await gateway.GetRawAsync("/x", "Cookie: X-Server-Affinity=" + cookie);
            Assert.StartsWith("HTTP/1.1 200 ", answer);
            Assert.Contains("\r\nSet-Cookie: X-Server-Affinity=" + Portolan.Proxy.Affinity.InstanceTokens.Of("backend", new Uri(sound.Address).Authority), answer);
        }
    }

    [Fact]
    public async Task A_client_stays_with_an_address_wherever_it_stands_in_the_list()
    {
        await using var one = await Upstream.StartEchoAsync();
        await using var two = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(Routes("{}") + Placed(one, two));
        var first = await gateway.GetRawAsync("/x");
        var cookie = Regex.Match(first, "\r\nSet-Cookie: ([^;\r]+)").Groups[1].Value;

        gateway.Apply(Routes("{}") + Placed(two, one));
        Assert.Equal(ServedBy(first), ServedBy(await gateway.GetRawAsync("/x", "Cookie: " + cookie)));

        static string Placed(params Upstream[] addresses) => $"\nservices: {{ backend: {{ addresses: [{string.Join(", ", addresses.Select(one => new Uri(one.Address).Authority))}] }} }}";
    }

    [Fact]
    public async Task A_header_remembers_for_clients_without_cookies()
    {
        await using var one = await Upstream.StartEchoAsync();
        await using var two = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("{ header: X-Session-Server }", one, two);
        var first = await gateway.GetRawAsync("/x");
        var token = Regex.Match(first, "\r\nX-Session-Server: ([^\r]+)").Groups[1].Value;

        for (var call = 0; call < 6; call++)
        {
            Assert.Equal(ServedBy(first), ServedBy(await gateway.GetRawAsync("/x", "X-Session-Server: " + token)));
        }

        Assert.DoesNotContain("Set-Cookie", first);
    }

    [Fact]
    public async Task What_clients_are_told_of_the_instance_can_be_chosen()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync("routes: [{ path: /x, service: backend }]", ("backend", [backend.Address]));
        var told = await gateway.GetRawAsync("/x");
        Assert.Contains($"\r\nX-Served-By: {new Uri(backend.Address).Authority}\r\n", told);
        Assert.Matches("\r\nX-Backend-Latency: [0-9]+ms\r\n", told);

        gateway.Apply("expose: []\nroutes: [{ path: /x, service: backend }]");
        var silent = await gateway.GetRawAsync("/x");
        Assert.DoesNotContain("X-Served-By", silent);
        Assert.DoesNotContain("X-Backend-Latency", silent);
        Assert.Contains("expected served-by or backend-latency", ConfigText.ProblemsOf("expose: [all]\nroutes: []"));
    }

    [Theory]
    [InlineData("{ cookie: 'a b' }", "'a b' is no name")]
    [InlineData("{ cookie: a, header: b }", "remove one of the two")]
    [InlineData("{ maxAge: 0 }", "must be 1s to 365d")]
    public void What_is_wrong_with_affinity_is_told(string affinity, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf(Routes(affinity)));

    private static string ServedBy(string answer) => Regex.Match(answer, "\r\nX-Served-By: ([^\r]+)").Groups[1].Value;

    private static string Routes(string affinity) => $"routes:\n  - path: /x\n    service: backend\n    affinity: {affinity}";

    private static Task<Gateway> StartAsync(string affinity, params Upstream[] backends) =>
        Gateway.StartAsync(Routes(affinity), ("backend", [.. backends.Select(backend => backend.Address)]));
}
