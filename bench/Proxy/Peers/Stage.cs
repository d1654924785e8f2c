using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portolan.Bench.Proxy.Processes;

namespace Portolan.Bench.Proxy.Peers;

/// <summary>A proxy that is measured.</summary>
/// <param name="Name">As the figures call it.</param>
/// <param name="Process">Null: it is not installed.</param>
/// <param name="Compiles">True for one that compiles while it runs, so has to be warmed up.</param>
internal sealed record Contender(string Name, PinnedProcess? Process, bool Compiles);

/// <summary>Starts everything, and ends it whatever happens.</summary>
internal sealed class Stage(string root, CancellationToken cancellationToken) : IAsyncDisposable
{
    private const int FirstPort = 19300;
    private readonly List<PinnedProcess> started = [];
    private readonly string folder = Directory.CreateTempSubdirectory("portolan-bench-").FullName;
    private int port = FirstPort;

    /// <summary>The program as it was built with this one.</summary>
    public string Portolan { get; } = Path.Combine(root, "artifacts", "bin", "Cli", "release", "portolan.dll");

    public int BackendPort { get; private set; }

    public string Folder => folder;

    public async Task StartBackendAsync()
    {
        BackendPort = port++;
        await KeepAsync(PinnedProcess.StartAsync(folder, Settings.OtherCore, BackendPort, ["dotnet", "exec", Self, "backend", $"{BackendPort}"], cancellationToken));
    }

    /// <summary>The gateway as its command starts it: with correlation, metrics and a breaker, as they are by default.</summary>
    public async Task<Contender> GatewayAsync(string? portolan = null)
    {
        var own = port++;
        var file = Path.Combine(folder, $"gateway-{own}.yaml");
        await File.WriteAllTextAsync(file, Configurations.Gateway(BackendPort, 10), cancellationToken);
        var process = await KeepAsync(PinnedProcess.StartAsync(
            folder, Settings.ProxyCore, own, ["dotnet", "exec", portolan ?? Portolan, "gateway", "--config", file, "--port", $"{own}"], cancellationToken));
        return new Contender("portolan", process, Compiles: true);
    }

    public async Task<Contender> YarpAsync()
    {
        var own = port++;
        var process = await KeepAsync(PinnedProcess.StartAsync(
            folder, Settings.ProxyCore, own, ["dotnet", "exec", Self, "yarp", $"{own}", $"{BackendPort}"], cancellationToken));
        return new Contender("YARP", process, Compiles: true);
    }

    public Task<Contender> NginxAsync() =>
        InstalledAsync("nginx", own => Configurations.Nginx(own, BackendPort, folder), file => ["-e", Path.Combine(folder, "nginx.error.log"), "-c", file]);

    public Task<Contender> HaProxyAsync() => InstalledAsync("haproxy", own => Configurations.HaProxy(own, BackendPort), file => ["-db", "-f", file]);

    /// <summary>The gateway and nginx once more, over TLS with HTTP/2.</summary>
    public async Task<IReadOnlyList<Contender>> OverTlsAsync()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "tls")).FullName;
        var pair = WriteCertificate(place);
        var (own, plain) = (port++, port++);
        var file = Path.Combine(place, "gateway.yaml");
        var listen = $"listen: [{{ port: {own}, certificate: {pair.Certificate}, key: {pair.Key} }}]\n";
        await File.WriteAllTextAsync(file, listen + Configurations.Gateway(BackendPort, 10), cancellationToken);
        var gateway = await KeepAsync(PinnedProcess.StartAsync(
            place, Settings.ProxyCore, own, ["dotnet", "exec", Portolan, "gateway", "--config", file, "--port", $"{plain}"], cancellationToken));
        var nginx = await InstalledAsync(
            "nginx", listens => Configurations.Nginx(listens, BackendPort, place, pair), conf => ["-e", Path.Combine(place, "nginx.error.log"), "-c", conf]);
        return [new Contender("portolan", gateway, Compiles: true), nginx];
    }

    /// <summary>Ends one before the others.</summary>
    public async Task EndAsync(Contender contender)
    {
        if (contender.Process is { } process && started.Remove(process))
        {
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Self => typeof(Stage).Assembly.Location;

    private static (string Certificate, string Key) WriteCertificate(string place)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var pair = (Certificate: Path.Combine(place, "certificate.pem"), Key: Path.Combine(place, "key.pem"));
        File.WriteAllText(pair.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(pair.Key, key.ExportPkcs8PrivateKeyPem());
        return pair;
    }

    private async Task<Contender> InstalledAsync(string program, Func<int, string> configuration, Func<string, string[]> arguments)
    {
        if (!await Tools.HasAsync(program, cancellationToken))
        {
            return new Contender(program, null, Compiles: false);
        }

        var own = port++;
        var file = Path.Combine(folder, $"{program}-{own}.conf");
        await File.WriteAllTextAsync(file, configuration(own), cancellationToken);
        return new Contender(program, await KeepAsync(PinnedProcess.StartAsync(folder, Settings.ProxyCore, own, [program, .. arguments(file)], cancellationToken)), Compiles: false);
    }

    private async Task<PinnedProcess> KeepAsync(Task<PinnedProcess> starting)
    {
        var process = await starting;
        started.Add(process);
        return process;
    }
}
