using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

public sealed class AloneTests
{
    [Fact]
    public async Task A_service_starts_without_server_gateway_or_configuration_and_says_what_is_not_there()
    {
        var folder = Directory.CreateTempSubdirectory("portolan-alone-").FullName;
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(Repository.Root, "artifacts", "bin", "catalog", "release", "catalog.dll"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["Portolan__Server"] = "http://127.0.0.1:9";
        using var service = Process.Start(start)!;
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var address = await LineAsync(service, "Now listening on: ", timeout.Token);
            await LineAsync(service, "does not answer", timeout.Token);
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            await Eventually.IsAsync(async () => (await client.GetAsync("/health/ready", timeout.Token)).IsSuccessStatusCode ? "yes" : null, "it is ready");
            Assert.Equal(3, (await client.GetFromJsonAsync<JsonElement>("/api/products", timeout.Token)).GetArrayLength());
            Assert.True(File.Exists(Path.Combine(folder, ".portolan", "catalog.db")));
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> LineAsync(Process process, string marker, CancellationToken cancellationToken)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains(marker, StringComparison.Ordinal))
            {
                return JsonDocument.Parse(line).RootElement.Text("message")!.Replace(marker, "", StringComparison.Ordinal);
            }
        }

        throw new InvalidOperationException($"The service ended without saying \"{marker}\".");
    }
}
