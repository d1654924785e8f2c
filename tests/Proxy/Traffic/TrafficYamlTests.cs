using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Tests.Traffic;

public sealed class TrafficYamlTests
{
    [Fact]
    public void A_short_split_is_the_list_of_its_variants()
    {
        var route = Read("split: [{ service: orders, weight: 90 }, { service: orders-next, name: canary, weight: 10 }]");

        Assert.Equal(
            new SplitConfig { Name = "/orders", Variants = [new VariantConfig("orders", "orders", 90), new VariantConfig("canary", "orders-next", 10)] },
            route.Split);
        Assert.Equal(["orders", "orders-next"], route.Services);
    }

    [Theory]
    [InlineData("cookie", SubjectKind.Cookie, "portolan-subject")]
    [InlineData("cookie who", SubjectKind.Cookie, "who")]
    [InlineData("header X-User", SubjectKind.Header, "X-User")]
    [InlineData("address", SubjectKind.Address, "")]
    public void A_long_one_says_who_stays_together(string by, SubjectKind kind, string name)
    {
        var split = Read($"split: {{ name: orders, by: {by}, override: true, show: true, variants: [{{ service: a, weight: 1 }}, {{ service: b, weight: 0 }}] }}").Split!;

        Assert.Equal(new SubjectConfig(kind, name), split.Subject);
        Assert.Equal(("orders", true, true), (split.Name, split.Override, split.Show));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("mode: legacy, ", 0)]
    [InlineData("mode: modern, ", 100)]
    [InlineData("mode: percent, percent: 25, ", 25)]
    [InlineData("percent: 3, ", 3)]
    public void A_capability_that_moves_is_a_split_of_two(string position, int percent)
    {
        var route = Read($"strangler: {{ {position}capability: invoices, legacy: monolith, modern: invoices }}");

        Assert.Equal(
            new SplitConfig { Name = "invoices", Variants = [new VariantConfig("legacy", "monolith", 100 - percent), new VariantConfig("modern", "invoices", percent)] },
            route.Splitting);
    }

    [Theory]
    [InlineData("split: [{ service: a, weight: 1 }]", "a split has at least two variants")]
    [InlineData("split: [{ service: a, weight: 0 }, { service: b, weight: 0 }]", "every weight is 0")]
    [InlineData("split: [{ service: a, weight: 1 }, { service: a, weight: 1 }]", "two variants are called 'a'")]
    [InlineData("split: [{ service: a }, { service: b, weight: 1 }]", "a variant needs 'weight'")]
    [InlineData("split: [{ weight: 1 }, { service: b, weight: 1 }]", "a variant needs 'service'")]
    [InlineData("split: [{ service: a, name: true, weight: 1 }, { service: b, weight: 1 }]", "cannot stand in X-Canary")]
    [InlineData("split: [{ service: A!, name: a, weight: 1 }, { service: b, weight: 1 }]", "is not a service's name")]
    [InlineData("split: { variants: [{ service: a, weight: 1 }, { service: b, weight: 1 }], by: moon }", "expected cookie, cookie <name>, header <name> or address as 'by', found 'moon'")]
    [InlineData("split: { variants: [{ service: a, weight: 1 }, { service: b, weight: 1 }], by: header a(b }", "'a(b' is not the name of a header")]
    [InlineData("split: { variant: [] }", "did you mean 'variants'?")]
    [InlineData("strangler: { legacy: a, modern: b, mode: old }", "expected legacy, modern or percent as 'mode', found 'old'")]
    [InlineData("strangler: { legacy: a, modern: b, mode: percent }", "mode percent needs 'percent'")]
    [InlineData("strangler: { legacy: a, modern: b, mode: modern, percent: 5 }", "'percent' counts only in mode percent")]
    [InlineData("strangler: { legacy: a }", "strangler needs 'modern'")]
    [InlineData("{ service: a, split: [{ service: a, weight: 1 }, { service: b, weight: 1 }] }", "takes only one of")]
    [InlineData("methods: [GET]", "needs 'service', 'split', 'strangler' or 'compose'")]
    public void What_is_wrong_is_said_with_the_fix(string route, string expected) => Assert.Contains(expected, Problems(Routes(route)));

    [Fact]
    public void Routes_that_share_a_split_must_mean_the_same()
    {
        var same = "strangler: { capability: x, legacy: a, modern: b }";

        Assert.Equal("", Problems(Routes(same) + "\n- path: /other\n  " + same));
        Assert.Contains("f:4:28: 'x' is not the same as at routes[0].strangler.capability",
            Problems(Routes(same) + "\n- path: /other\n  strangler: { capability: x, legacy: a, modern: c }"));
    }

    private static string Routes(string route) => "routes:\n- " + (route[0] == '{' ? "{ path: /orders, " + route[1..] : "{ " + route + ", path: /orders }");

    private static RouteConfig Read(string route)
    {
        var (config, problems) = Parse(Routes(route));
        Assert.Equal("", problems);
        return Assert.Single(config!.Routes);
    }

    private static string Problems(string yaml) => Parse(yaml).Problems;

    private static (GatewayConfig? Config, string Problems) Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var problems = new YamlProblems("f");
        return (GatewayConfigReader.Read(stream.Documents[0].RootNode, problems, null), problems.ToString());
    }
}
