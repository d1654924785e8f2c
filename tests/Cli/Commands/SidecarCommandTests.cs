namespace Portolan.Cli.Tests.Commands;

public sealed class SidecarCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--service reviews", "Say where the application listens with --app 127.0.0.1:5000, or how to start it after --.")]
    [InlineData("--service Reviews --app :1", "--service takes a name of lower-case letters, digits and hyphens, not 'Reviews'.")]
    [InlineData("--service reviews --app https://a", "--app takes an address like 127.0.0.1:5000 or unix:/path, not 'https://a'.")]
    [InlineData("--service reviews --app :1 --health-path well", "--health-path takes a path like /health, not 'well'.")]
    [InlineData("--service reviews --app :1 --metadata v2", "--metadata takes a fact like version=v2, not 'v2'.")]
    [InlineData("--service reviews --app :1 --server x", "--server takes an address like http://127.0.0.1:8500, not 'x'.")]
    [InlineData("--service reviews --app :5000 --port 15007 --outbound-port 15007", "--port and --outbound-port are both 15007; others reach the application at one, it reaches others at the other.")]
    [InlineData("--service reviews --app :15000", "--app 15000 is the sidecar's own port; give the application another, or the sidecar with --port.")]
    public async Task What_a_sidecar_cannot_be_is_said(string line, string expected)
    {
        var console = new Console(folder.Path);

        Assert.Equal(2, await console.RunAsync(["sidecar", .. line.Split(' ')]));
        Assert.Equal((expected + "\n", ""), (console.Error, console.Out));
    }

    [Fact]
    public async Task Options_of_the_application_are_its_own()
    {
        var console = new Console(folder.Path);

        // It gets as far as starting it.
        Assert.Equal(1, await console.RunAsync("sidecar", "--service", "reviews", "--port", "0", "--outbound-port", "0", "--server", "http://127.0.0.1:1", "--", "/no/such/program", "--its-own", "-x"));
        Assert.Contains("There is no program '/no/such/program'", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_own_options_are_still_checked()
    {
        var console = new Console(folder.Path);

        Assert.Equal(2, await console.RunAsync("sidecar", "--srevice", "reviews", "--", "node", "--its-own"));
        Assert.StartsWith("There is no option '--srevice' of portolan sidecar; did you mean '--service'?", console.Error, StringComparison.Ordinal);
    }
}
