using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

/// <summary>The service in Node.js of <c>samples/polyglot</c> beside the running shop: its sidecar joins it to the shop's registry.</summary>
[Collection("shop")]
public sealed class PolyglotTests(ShopSystem shop)
{
    // Stands behind the routes of the shop's own file; the address is where nobody is before the registry knows better.
    private const string Routes = "    - path: /api/reviews/{**rest}\n      service: reviews\n  services:\n    reviews: { addresses: [127.0.0.1:9] }\n";

    [Fact]
    public async Task A_service_in_another_language_joins_the_running_shop_behind_a_sidecar()
    {
        if (!NodeIsThere())
        {
            Assert.Skip("There is no 'node' on this machine; install Node.js 18 or later.");
        }

        await using var file = await shop.AddToFileAsync(Routes);
        using var sidecar = StartSidecar();
        try
        {
            // The gateway has seen its file, the sidecar is registered, and Node asks the shop's catalogue by name.
            var review = await Eventually.IsAsync(
                async () =>
                {
                    using var added = await shop.Gateway.PostAsJsonAsync("/api/reviews", new { productId = "prod-001", stars = 4, text = "Loud." });
                    return added.StatusCode == HttpStatusCode.Created ? await added.Content.ReadAsStringAsync() : null;
                },
                "a review was added through the shop's gateway");
            Assert.Equal("Wireless Headphones", review.Json().Text("product"));
            Assert.Equal(4, (await shop.GetAsync("/api/reviews/prod-001"))[0].GetProperty("stars").GetInt32());
            using var unknown = await shop.Gateway.PostAsJsonAsync("/api/reviews", new { productId = "prod-999", stars = 4 });
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
            Assert.Contains("reviews", (await shop.PortolanAsync("registry", "list", "--json")).Output, StringComparison.Ordinal);
        }
        finally
        {
            ShopSystem.Terminate(sidecar);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            await sidecar.WaitForExitAsync(timeout.Token);
        }

        Assert.Equal(0, sidecar.ExitCode);
        var services = (await shop.PortolanAsync("registry", "list", "--json")).Output.Json().GetProperty("services").EnumerateArray();
        Assert.Equal(0, services.Single(service => service.Text("serviceName") == "reviews").GetProperty("total").GetInt32());
    }

    private Process StartSidecar()
    {
        string[] arguments =
        [
            "sidecar", "--service", "reviews", "--port", "0", "--outbound-port", "0", "--interval", "2", "--server", $"http://127.0.0.1:{shop.ServerPort}",
            "--health-path", "/well", "--", "node", Path.Combine(Repository.Root, "samples", "polyglot", "reviews", "server.js"),
        ];
        var sidecar = Process.Start(CommandLine.StartInfo(shop.Folder, arguments))!;
        sidecar.BeginOutputReadLine();
        sidecar.BeginErrorReadLine();
        return sidecar;
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
}
