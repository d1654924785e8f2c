using System.Diagnostics;
using System.Text.Json;

namespace Portolan.Bench.Shop;

/// <summary>The shop under <c>portolan up</c>, on ports and with a state of its own.</summary>
internal sealed class ShopProcess(string root) : IAsyncDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("portolan-bench-").FullName;

    public Uri Gateway { get; } = new("http://127.0.0.1:18080");

    private string Folder => Path.Combine(home, "shop");

    public static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Portolan.slnx")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    public async Task UpAsync()
    {
        Directory.CreateDirectory(Folder);
        var shop = Path.Combine(root, "samples", "shop");
        var system = await File.ReadAllTextAsync(Path.Combine(shop, "system.yaml"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "system.yaml"), system.Replace("project: ", $"project: {shop}/", StringComparison.Ordinal));
        await PortolanAsync("up", Folder, "--fresh", "--detach", "--gateway-port", "18080", "--server-port", "18500");
    }

    public Task DownAsync() => PortolanAsync("down", Folder);

    public async Task<IEnumerable<(string Instance, long Bytes)>> MemoryAsync()
    {
        using var processes = JsonDocument.Parse(await PortolanAsync("ps", Folder, "--json"));
        return [.. processes.RootElement.EnumerateArray().Select(process => (process.GetProperty("instance").GetString()!, process.GetProperty("residentBytes").GetInt64()))];
    }

    /// <summary>Starts one service with nothing around it, five times, and gives the median time until it is ready.</summary>
    public async Task<TimeSpan> AloneAsync()
    {
        var times = new List<TimeSpan>();
        for (var run = 0; run < 5; run++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(home, $"alone-{run}")).FullName;
            var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(root, "artifacts", "bin", "inventory", "release", "inventory.dll"), "--urls", "http://127.0.0.1:18600"])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            };
            var clock = Stopwatch.StartNew();
            using var service = Process.Start(start)!;
            _ = service.StandardOutput.ReadToEndAsync();
            await ReadyAsync(new Uri("http://127.0.0.1:18600/health/ready"));
            times.Add(clock.Elapsed);
            service.Kill();
            await service.WaitForExitAsync();
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await DownAsync();
        }
        catch (InvalidOperationException)
        {
            // It does not run.
        }

        Directory.Delete(home, recursive: true);
    }

    private static async Task ReadyAsync(Uri address)
    {
        using var client = new HttpClient();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(address);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(5);
        }
    }

    private async Task<string> PortolanAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(root, "artifacts", "bin", "Cli", "release", "portolan.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PORTOLAN_HOME"] = home;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"portolan {arguments[0]}: {await error}");
    }
}
