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
    [InlineData("timeout: 0s", "1:10: 'timeout' must be longer than nothing, and at most a day (24h); found '0s'.")]
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

    // As files are read: what a person who mistyped is told, and where.
    [Theory]
    [InlineData("routes: [{ path: /api/orders/{id}, service: a }]", "1:18: between braces a path with braces needs quotes: \"/api/orders/{id}\".")]
    [InlineData("routes:\n  - { service: a, path: /b/{**rest} }", "2:25: between braces a path with braces needs quotes: \"/b/{**rest}\".")]
    [InlineData("routes:\n  - { path: /a, service: \"{a\"\n", "2:5: this '{' is never closed; add '}'.")]
    [InlineData("routes: [ # [\n  { path: /a, service: a }\n", "1:9: this '[' is never closed; add ']'.")]
    [InlineData("routes:\n  - path: /api\n   service: a\n", "3:4: this line stands neither beside the one before nor under it; check its indentation.")]
    [InlineData("timeout: 50d\nroutes: []", "1:10: 'timeout' must be longer than nothing, and at most a day (24h); found '50d'.")]
    [InlineData("routes: [{ path: /a, service: a, timeout: 50d }]", "1:43: 'timeout' must be longer than nothing, and at most a day (24h); found '50d'.")]
    [InlineData("services: { a: { timeout: 50d } }\nroutes: []", "1:27: 'timeout' must be longer than nothing, and at most a day (24h); found '50d'.")]
    [InlineData("services: { a: { hedge: fast } }\nroutes: []", "1:25: expected a time like 200ms, or p95, as 'hedge', found 'fast'.")]
    [InlineData("connectTimeout: 0s\nroutes: []", "1:17: 'connectTimeout' must be longer than nothing, and at most a day (24h); found '0s'.")]
    [InlineData("routes: [{ path: /a, service: a, rateLimit: { limit: 1, window: 0s } }]", "1:65: 'window' must be longer than nothing, and at most a day (24h); found '0s'.")]
    [InlineData("routes: [{ path: /a, service: a, rateLimit: { limit: 1, burst: 5 } }]", "1:64: 'burst' is for token-bucket, leaky-bucket and gcra; remove 'burst', or choose one of them as 'algorithm'.")]
    [InlineData("routes: [{ path: /a, service: a, rateLimit: { limit: 1, algorithm: token } }]", "1:68: expected one of sliding-counter, sliding-log, fixed-window, token-bucket, leaky-bucket, gcra as 'algorithm', found 'token'.")]
    [InlineData("routes: [{ path: /a }]", "1:10: a route needs 'service', 'split', 'strangler' or 'compose'.")]
    [InlineData("routes: [{ path: /a, service: a }]\nservices: { a: { balance: fair } }", "2:27: 'balance' must be one of round-robin, ")]
    [InlineData("routes: [{ path: /a, compose: { a: { service: s, path: \"/{b.x}\" }, b: { service: s, path: \"/{a.x}\" } } }]", "1:22: the parts a → b → a wait for each other; let one of them do without another's fields.")]
    [InlineData("services: {}\ngateway: { routes: [{ path: /a, service: reviews }] }", "")]
    [InlineData("<<: 5\nroutes: []", "1:5: '<<' takes a mapping that stands elsewhere, as *name, or a list of them.")]
    [InlineData("x-base: &base { service: a, timeout: soon }\nroutes: [{ <<: *base, path: /a }, { <<: *base, path: /b }]", "1:38: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found 'soon'.")]
    public void A_slip_is_told_in_one_sentence_with_its_place(string yaml, string expected)
    {
        var problems = new YamlProblems("g");
        GatewayFile.Parse(yaml, problems);

        Assert.StartsWith(expected.Length == 0 ? "" : "g:" + expected, problems.ToString(), StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0 ? 0 : 1, problems.Count);
    }

    [Fact]
    public void One_text_may_stand_for_a_list_of_one_and_parts_may_be_shared()
    {
        var problems = new YamlProblems("g");
        var read = GatewayFile.Parse(
            """
            x-note: for us
            x-public: &public { cache: { ttl: 5s, key: X-Segment }, timeout: 5s }
            expose: served-by
            routes:
              - { <<: *public, path: /a, service: a, methods: GET, timeout: 1s }
              - { <<: [*public, { service: b }], path: /b, request: { headers: { remove: X-A }, json: { remove: secret } } }
              - { path: /c, service: c, mirror: { service: m, methods: GET, compare: { headers: Content-Type, ignore: meta.id } } }
            """,
            problems);

        Assert.Equal("", problems.ToString());
        var (a, b) = (read!.Config.Routes[0], read.Config.Routes[1]);
        Assert.Equal((["GET"], TimeSpan.FromSeconds(1), ["X-Segment"]), (a.Methods, a.Timeout, a.Cache!.Key));
        Assert.Equal(("b", TimeSpan.FromSeconds(5), a.Cache), (b.Service, b.Timeout, b.Cache));
    }
}
