using Portolan.Cli.Serving;

namespace Portolan.Cli.Tests.Serving;

public sealed class GatewayFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("port: 9090\nroutes:\n  - { path: /a, service: far-away }\n", 9090)]
    [InlineData("gateway:\n  routes:\n    - { path: /a, service: far-away }\n", null)]
    [InlineData("name: shop\nservices:\n  far-away: { project: nowhere }\ngateway:\n  port: 9091\n  routes:\n    - { path: /a, service: far-away }\n", 9091)]
    [InlineData("""{ "routes": [ { "path": "/a", "service": "far-away" } ] }""", null)]
    public void A_gateway_has_a_file_of_its_own_or_a_section_of_a_systems(string text, int? port)
    {
        var file = GatewayFiles.Read(folder.Write("gateway.yaml", text));

        Assert.Equal((port, "far-away"), (file.Port, file.Config.Routes[0].Service));
    }

    [Theory]
    [InlineData("services:\n  orders: { project: orders }\n", "1:1: expected 'routes', or a section 'gateway' with them.")]
    [InlineData("", "1:1: the file is empty; expected 'routes', or a section 'gateway' with them.")]
    [InlineData("- a", "1:1: expected 'routes', or a section 'gateway' with them.")]
    [InlineData("routes:\n\t- a", "2:1: this line is indented with a tab; YAML takes spaces only.")]
    [InlineData("port: x\nroutes: []", "1:7: expected a whole number from 1 to 65535 as 'port', found 'x'.")]
    [InlineData("services:\n  orders: {}\ngateway:\n  routes:\n    - { path: /a, service: order }\n", "5:28: there is no service 'order'; did you mean 'orders'?")]
    public void A_mistake_is_told_with_its_place(string text, string expected)
    {
        var path = folder.Write("gateway.yaml", text);

        Assert.Equal($"{path}:{expected}", Assert.Throws<CliException>(() => GatewayFiles.Read(path)).Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.StartsWith("There is no file '/no/where.yaml'.", Assert.Throws<CliException>(() => GatewayFiles.Read("/no/where.yaml")).Message, StringComparison.Ordinal);
}
