using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Tests.Configuration;

public sealed class GatewayFileTests
{
    [Fact]
    public void Limits_are_read_with_their_units()
    {
        var config = Read(
            """
            timeout: 1.5s
            connectTimeout: 250ms
            limits: { body: 64KiB }
            acceptCorrelation: false
            routes:
              - { name: orders, path: /orders, service: orders }
              - path: /page
                methods: [get]
                compose: { order: { service: orders, path: /a, timeout: 1200ms } }
            """);

        Assert.Equal(TimeSpan.FromSeconds(1.5), config.Timeout);
        Assert.Equal(TimeSpan.FromMilliseconds(250), config.ConnectTimeout);
        Assert.Equal(65536, config.Limits.Body);
        Assert.False(config.AcceptCorrelation);
        Assert.Equal(["orders", "GET /page"], config.Routes.Select(route => route.Name));
        Assert.Equal(TimeSpan.FromSeconds(1.2), config.Routes[1].Compose![0].Timeout);
    }

    [Fact]
    public void What_is_not_said_has_its_default() => Assert.Equal(new GatewayConfig(), Read("{}"));

    [Theory]
    [InlineData("routes: [{ path: /portolan/x, service: s }]", "1:18: '/portolan/x' would reach what services offer to operators, so the gateway keeps it closed; choose another path, or give 'rewrite'.")]
    [InlineData("routes: [{ path: /portolan/cache/x, service: s, rewrite: / }]", "1:18: '/portolan/cache/x' is answered by the gateway itself; choose another path.")]
    [InlineData("routes: [{ path: /a, service: oders }]\nservices: { orders: {} }", "2:13: no route uses the service 'orders', but one uses 'oders'; write the same name in both places.")]
    [InlineData("timeout: 30", "1:10: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found '30'.")]
    [InlineData("timeout: 5 parsecs", "1:10: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found '5 parsecs'.")]
    [InlineData("timeout: 0s", "1:10: must be longer than nothing.")]
    [InlineData("timeout: 99999999999d", "1:10: expected a time like")]
    [InlineData("limits: { body: 1.5B }", "1:17: expected a size like 512B, 64KiB, 1MiB or 1GiB as 'body', found '1.5B'.")]
    [InlineData("acceptCorrelation: no", "1:20: expected true or false as 'acceptCorrelation', found 'no'.")]
    [InlineData("timout: 1s", "1:1: unknown key 'timout' in gateway; did you mean 'timeout'?")]
    [InlineData("routes: [{ path: /a, service: a, name: x }, { path: /b, service: a, name: x }]", "1:75: routes[0] is called 'x' too; names are unique.")]
    public void A_mistake_is_told_with_its_place_and_the_fix(string text, string expected) =>
        Assert.StartsWith($"gateway.yaml:{expected}", Problems(text), StringComparison.Ordinal);

    [Theory]
    [InlineData(1500, "1500ms")]
    [InlineData(30_000, "30s")]
    [InlineData(7_200_000, "2h")]
    [InlineData(0, "0ms")]
    public void A_time_is_shown_as_it_would_be_written(int milliseconds, string expected) =>
        Assert.Equal(expected, Quantity.Write(TimeSpan.FromMilliseconds(milliseconds)));

    internal static GatewayConfig Read(string text)
    {
        var problems = new YamlProblems("gateway.yaml");
        var config = GatewayConfigReader.Read(Root(text), problems, null);
        Assert.Equal("", problems.ToString());
        return config!;
    }

    internal static string Problems(string text)
    {
        var problems = new YamlProblems("gateway.yaml");
        GatewayConfigReader.Read(Root(text), problems, null);
        return problems.ToString();
    }

    private static YamlNode Root(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }
}
