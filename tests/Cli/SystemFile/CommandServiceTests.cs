using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Tests.SystemFile;

public sealed class CommandServiceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CommandServiceTests()
    {
        folder.Write("reviews/server.js", "");
        folder.Write("orders/orders.csproj", "<Project />");
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("node  server.js --fast", "node|server.js|--fast")]
    [InlineData("[node, \"my server.js\"]", "node|my server.js")]
    public void A_command_is_a_line_or_a_list(string command, string expected)
    {
        var service = Assert.Single(Read($"{{ command: {command}, folder: reviews, health: /well, instances: 2, environment: {{ A: b }} }}").Services);

        Assert.Equal((expected, folder["reviews"], "/well", 2, "b"), (string.Join('|', service.Command), service.Folder, service.HealthPath, service.Instances, service.Environment["A"]));
    }

    [Theory]
    [InlineData("{ command: node x, project: orders }", "a service has a 'project' or a 'command'; remove one of them.")]
    [InlineData("{ command: node x, folder: nowhere }", "there is no folder '")]
    [InlineData("{ command: node x, health: well }", "expected a path like /health as 'health', found 'well'.")]
    [InlineData("{ project: orders, health: /well }", "'health' belongs to a 'command'")]
    public void What_is_wrong_is_said(string service, string expected) =>
        Assert.Contains(expected, Assert.Throws<CliException>(() => Read(service)).Message);

    private SystemConfig Read(string service)
    {
        folder.Write("system.yaml", $"services:\n  reviews: {service}\n");
        return SystemFileReader.ReadFolder(folder.Path);
    }
}
