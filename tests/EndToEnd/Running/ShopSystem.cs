using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Portolan.EndToEnd.Tests.Running;

/// <summary>The shop, run by <c>portolan up</c> from a folder of its own: real processes, real files, free ports.</summary>
public sealed partial class ShopSystem : IAsyncLifetime
{
    /// <summary>Server, gateway, seven services, one of them twice and another one in its next version too.</summary>
    public const int ProcessCount = 11;

    private readonly StringBuilder output = new();
    private Process? up;

    public string Folder { get; } = Directory.CreateTempSubdirectory("portolan-shop-").FullName;

    public HttpClient Gateway { get; private set; } = null!;

    public int GatewayPort { get; } = FreePort();

    public int ServerPort { get; } = FreePort();

    public string Data(string service) => Path.Combine(Folder, ".portolan", "data", service + ".db");

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "system.yaml"), SystemFile());
        var ports = new[] { "--gateway-port", Text(GatewayPort), "--server-port", Text(ServerPort) };
        up = Process.Start(CommandLine.StartInfo(Folder, ["up", Folder, .. ports]))!;
        up.OutputDataReceived += Collect;
        up.ErrorDataReceived += Collect;
        up.BeginOutputReadLine();
        up.BeginErrorReadLine();
        Gateway = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{GatewayPort}"), Timeout = TimeSpan.FromSeconds(15) };
        await Eventually.IsAsync(
            async () =>
            {
                Assert.False(up.HasExited, $"portolan up ended with exit code {(up.HasExited ? up.ExitCode : 0)}:\n{Output}");
                var processes = await Processes();
                return processes.Count == ProcessCount && processes.All(process => process.Healthy) ? this : null;
            },
            "every process of the shop is healthy",
            TimeSpan.FromMinutes(10)); // builds the shop first, on whatever machine this is
    }

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public async Task<IReadOnlyList<RunningProcess>> Processes()
    {
        var result = await CommandLine.RunAsync(Folder, "ps", Folder, "--json");
        return result.ExitCode == 0
            ? JsonSerializer.Deserialize<List<RunningProcess>>(result.Output, JsonSerializerOptions.Web)!
            : throw new IOException(result.Error);
    }

    internal Task<CommandResult> PortolanAsync(params string[] arguments) => CommandLine.RunAsync(Folder, arguments);

    public static void Kill(RunningProcess process)
    {
        try
        {
            // SIGKILL: nothing in the process gets to run any more.
            using var running = Process.GetProcessById(process.Pid ?? throw new ArgumentException("It is being restarted."));
            running.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended by itself in between.
        }
    }

    /// <summary>Asks a process to stop, as an operating system does.</summary>
    public static void Terminate(Process process) => Assert.Equal(0, kill(process.Id, Sigterm));

    /// <summary>Adds to the end of the system's file, which are the gateway's routes, and takes it away again when disposed.</summary>
    public async Task<IAsyncDisposable> AddToFileAsync(string lines)
    {
        var path = Path.Combine(Folder, "system.yaml");
        var before = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, before + lines);
        return new Restored(path, before);
    }

    public async Task<HttpResponseMessage> PlaceAsync(object order, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders") { Content = JsonContent.Create(order) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await Gateway.SendAsync(request);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Gateway.GetAsync(path);
        return response.StatusCode == HttpStatusCode.OK
            ? await response.Content.ReadFromJsonAsync<JsonElement>()
            : throw new HttpRequestException($"{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Waits until an order is confirmed or cancelled.</summary>
    public async Task<JsonElement> SettledAsync(string orderId, TimeSpan? within = null)
    {
        var box = await Eventually.IsAsync(
            async () => await GetAsync("/api/orders/" + orderId) is var order && order.Text("status") != "pending" ? new Box(order) : null,
            $"order {orderId} is settled",
            within);
        return box.Value;
    }

    /// <summary>Stops the system as Ctrl-C would, and waits for it.</summary>
    public async Task<int> StopAsync()
    {
        if (up is not { HasExited: false })
        {
            return up?.ExitCode ?? 0;
        }

        Terminate(up);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await up.WaitForExitAsync(timeout.Token);
        return up.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Gateway?.Dispose();
        try
        {
            await StopAsync();
        }
        finally
        {
            if (up is { HasExited: false })
            {
                up.Kill(entireProcessTree: true);
            }

            up?.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private const int Sigterm = 15;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // The shop's own file, with the projects where they are. Shipping gives up early, so that a dead letter does not take a minute.
    private static string SystemFile() => string.Join('\n', File.ReadLines(Path.Combine(Repository.Shop, "system.yaml")).Select(line =>
        line.TrimStart().StartsWith("project: ", StringComparison.Ordinal)
            ? line.Replace("project: ", $"project: {Repository.Shop}/", StringComparison.Ordinal)
                + (line.EndsWith("shipping", StringComparison.Ordinal) ? "\n    environment: { Portolan__Messaging__MaximumAttempts: \"2\" }" : "")
            : line)) + "\n";

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (output)
        {
            output.AppendLine(line.Data);
        }
    }

    private sealed record Box(JsonElement Value);

    private sealed record Restored(string Path, string Text) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await File.WriteAllTextAsync(Path, Text);
    }
}

public sealed record RunningProcess(string Name, string Instance, int? Pid, int Port, bool Healthy, long? ResidentBytes, int Restarts);

internal static class JsonExtensions
{
    public static string? Text(this JsonElement json, string property) => json.GetProperty(property).GetString();

    public static JsonElement Json(this string text) => JsonElement.Parse(text);
}
