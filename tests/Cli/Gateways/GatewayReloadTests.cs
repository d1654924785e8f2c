using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Portolan.Cli.Processes;
using Portolan.Cli.Tests.Up;

namespace Portolan.Cli.Tests.Gateways;

/// <summary>The real process, whose file is edited under load.</summary>
public sealed class GatewayReloadTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<WebApplication> services = [];

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "one", "two" })
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var service = builder.Build();
            service.Run(context => context.Response.WriteAsync($"{name} {context.Request.Path}"));
            await service.StartAsync();
            services.Add(service);
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_edited_broken_and_mended_drops_no_request()
    {
        Write(services[0].Urls.Single(), "/first");
        await using var gateway = new RunningProgram(
            DotnetHost.Path,
            ["exec", Path.Combine(AppContext.BaseDirectory, "portolan.dll"), "gateway", "--config", folder["gateway.yaml"], "--port", "0", "--server", "http://127.0.0.1:1"],
            folder["home"]);
        await gateway.WaitForLineAsync("Now listening on: ");
        Assert.Contains($"The gateway has 1 route of {folder["gateway.yaml"]}, and asks the server at http://127.0.0.1:1/ for services", gateway.Out, StringComparison.Ordinal);
        var address = gateway.Out.Split("Now listening on: ")[1].Split('"')[0] + "/a";
        await UntilAsync(address, "one /first");
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(address, done.Token))).ToArray();

        Write(services[0].Urls.Single(), "/second");
        await UntilAsync(address, "one /second");

        File.WriteAllText(folder["gateway.yaml"], "routes:\n  - { path: /a, servce: s }\n");
        await gateway.WaitForLineAsync("GatewayConfigError");
        Assert.Contains("unknown key 'servce' in a route; did you mean 'service'?", gateway.Out);
        Assert.Equal("one /second", await client.GetStringAsync(address));

        Write(services[1].Urls.Single(), "/third");
        await UntilAsync(address, "two /third");
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(load), count => Assert.True(count > 0));
        NativeProcess.TryTerminate(gateway.Pid);
        Assert.Equal(0, await gateway.ExitAsync());
    }

    private void Write(string service, string rewrite) => folder.Write(
        "gateway.yaml", $"services: {{ s: {{ addresses: [{service}] }} }}\nroutes: [{{ path: /a, service: s, rewrite: {rewrite} }}]\n");

    private async Task<int> LoadAsync(string address, CancellationToken done)
    {
        var count = 0;
        for (; !done.IsCancellationRequested; count++)
        {
            using var answer = await client.GetAsync(address, CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            // One that began under the second may find the third's addresses: these are as new as what the registry says.
            Assert.Contains(await answer.Content.ReadAsStringAsync(CancellationToken.None), new[] { "one /first", "one /second", "two /second", "two /third" });
        }

        return count;
    }

    private Task UntilAsync(string address, string answer) => TinySystem.UntilAsync(
        async () =>
        {
            try
            {
                return await client.GetStringAsync(address) == answer;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        $"the answer '{answer}'");
}
