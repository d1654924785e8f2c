using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portolan.Bench.Soak;

/// <summary>The gateway as its command starts it.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private GatewayUnderTest(Process process, string folder, int port) => (this.process, this.folder, Port) = (process, folder, port);

    public int Port { get; }

    public int Id => process.Id;

    /// <summary>Starts it in front of a service, and waits until it accepts connections.</summary>
    public static async Task<GatewayUnderTest> StartAsync(int service, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("portolan-soak-").FullName;
        var file = Path.Combine(folder, "gateway.yaml");

        // One service under two names: what fails under the one must not open the circuit of the other.
        await File.WriteAllTextAsync(file, $$"""
            timeout: 3s
            services:
              steady: { addresses: ["127.0.0.1:{{service}}"] }
              rude: { addresses: ["127.0.0.1:{{service}}"], opensAfter: 1000000 }
            routes:
              - { path: "/steady/{**rest}", service: steady }
              - { path: "/rude/{**rest}", service: rude }

            """, cancellationToken);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var log = Path.Combine(folder, "gateway.log");
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, "dotnet", "exec", Portolan(), "gateway", "--config", file, "--port", $"{port}"])
        {
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["Logging__LogLevel__Default"] = "Error";
        var gateway = new GatewayUnderTest(Process.Start(start)!, folder, port);
        while (true)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
                return gateway;
            }
            catch (SocketException) when (!gateway.process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"The gateway did not start: {await File.ReadAllTextAsync(log, cancellationToken)}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Portolan()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Portolan.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This runs from within the repository.");
        }

        return Path.Combine(folder, "artifacts", "bin", "Cli", "release", "portolan.dll");
    }
}
