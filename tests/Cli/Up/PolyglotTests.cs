using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;

namespace Portolan.Cli.Tests.Up;

/// <summary>The service in Node.js of <c>samples/polyglot</c> in a system of its own, with another in Node.js as its catalog.</summary>
[Trait("kind", "process")]
public sealed class PolyglotTests : IDisposable
{
    private const string Catalog = """
        require('node:http').createServer((request, response) => {
          const known = request.url === '/api/products/prod-1';
          response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
          response.end(JSON.stringify(known ? { name: 'Lamp', trace: request.headers.traceparent, correlation: request.headers['x-correlation-id'] } : {}));
        }).listen(process.env.PORT, '127.0.0.1');
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_service_in_another_language_is_called_by_name_calls_by_name_and_is_started_again()
    {
        if (!NodeIsThere())
        {
            Assert.Skip("There is no 'node' on this machine; install Node.js 18 or later.");
        }

        folder.Write("catalog/app.js", Catalog);
        folder.Write("system.yaml", $$"""
            services:
              catalog: { command: [node, app.js], folder: catalog }
              reviews: { command: node server.js, folder: "{{Reviews()}}", health: /well }
            gateway:
              routes:
                - { path: "/api/reviews/{**rest}", service: reviews }
            """);
        await using var up = new RunningProgram(
            DotnetHost.Path,
            ["exec", Path.Combine(AppContext.BaseDirectory, "portolan.dll"), "up", folder.Path, "--server-port", "0", "--gateway-port", "0"],
            folder["home"]);
        await up.WaitForLineAsync("Data and logs are in");
        using var gateway = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{PortOf(up, "gateway")}") };

        Assert.Equal("[]", await TryGetAsync(gateway, "/api/reviews/prod-1"));

        // Through the gateway to Node, and from there by name to the catalog.
        using var added = await PostAsync(gateway, "prod-1");
        Assert.True(added.StatusCode == HttpStatusCode.Created, await added.Content.ReadAsStringAsync() + up.Out + up.Error);
        Assert.Equal("Lamp", (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("product").GetString());
        using var unknown = await PostAsync(gateway, "prod-2");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(1, (await gateway.GetFromJsonAsync<JsonElement>("/api/reviews/prod-1")).GetArrayLength());

        // The application dies, its sidecar with it, and both come back.
        Kill(AppOf("reviews-1"));
        await up.WaitForLineAsync("reviews-1 is ready again.");
        await TinySystem.UntilAsync(async () => (await TryGetAsync(gateway, "/api/reviews/prod-1")) == "[]", "the new reviews to answer");

        NativeProcess.TryTerminate(up.Pid);
        Assert.Equal(0, await up.ExitAsync());
        Assert.DoesNotContain("was killed", up.Out, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient gateway, string product) =>
        gateway.PostAsJsonAsync("/api/reviews", new { productId = product, stars = 4, text = "Bright." });

    private static async Task<string?> TryGetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }

    // Of the table that 'up' prints.
    private static string PortOf(RunningProgram up, string instance) => up.Out.Split('\n')
        .First(line => line.StartsWith(instance + " ", StringComparison.Ordinal) && line.Contains("http://127.0.0.1:", StringComparison.Ordinal)).Split("http://127.0.0.1:")[1].Split(' ')[0];

    // Of what it wrote into its log when it began to listen.
    private int AppOf(string instance) =>
        int.Parse(File.ReadAllLines(new SystemPaths(folder.Path).LogOf(instance)).Last(line => line.Contains(" as process ", StringComparison.Ordinal)).Split(" as process ")[1].Trim());

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    private static bool NodeIsThere()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static string Reviews()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Portolan.slnx")))
        {
            at = Path.GetDirectoryName(at)!;
        }

        return Path.Combine(at, "samples", "polyglot", "reviews");
    }
}
