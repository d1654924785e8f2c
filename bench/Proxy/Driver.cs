using Portolan.Bench.Proxy.Load;
using Portolan.Bench.Proxy.Measuring;
using Portolan.Bench.Proxy.Peers;
using Portolan.Bench.Proxy.Processes;

namespace Portolan.Bench.Proxy;

/// <summary>All figures, one after the other.</summary>
internal sealed class Driver(Settings settings, Output output, CancellationToken cancellationToken)
{
    private static readonly string[] OfAll = ["cpu-per-request", "requests-per-core", "idle-memory", "idle-connections"];
    private static readonly string[] OfNginx = ["added-latency-p50", "added-latency-p99", "large-bodies", "cached"];

    public async Task RunAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BenchException("This needs Linux: taskset, and /proc.");
        }

        output.Doing($"load average of the machine: {ProcFile.LoadAverage()}");
        var root = FindRoot(AppContext.BaseDirectory);
        await using var stage = new Stage(root, cancellationToken);
        await stage.StartBackendAsync();
        var all = new List<Contender> { await stage.GatewayAsync(), await stage.YarpAsync(), await stage.NginxAsync(), await stage.HaProxyAsync() };
        var contenders = all.FindAll(one => one.Process is not null);
        foreach (var missing in all.Except(contenders))
        {
            foreach (var name in missing.Name == "nginx" ? [.. OfAll, .. OfNginx] : OfAll)
            {
                output.Add(new Figure(name, null, "", missing.Name, null, $"{missing.Name} is not installed"));
            }
        }

        output.Doing("memory and start");
        await Memory.IdleAsync(contenders, output, cancellationToken);
        await new Start(settings, output).MeasureAsync(stage, settings.ReadyToRun ? await CompiledAheadAsync(root, stage.Folder) : null, cancellationToken);

        var client = new Client(stage.Portolan, cancellationToken);
        var throughput = new Throughput(settings, client, output);
        output.Doing("warm-up");
        foreach (var contender in contenders)
        {
            await throughput.WarmUpAsync(contender, "/small");
        }

        output.Doing("small answers");
        await throughput.RequestsAsync(contenders);
        List<Contender> usual = [.. contenders.Where(one => one.Name != "haproxy")];
        await new Latency(settings, client, output).MeasureAsync(usual, stage.BackendPort, throughput.LowestKnee);
        output.Doing("large answers");
        await throughput.LargeBodiesAsync(usual);
        output.Doing("cached answers");
        List<Contender> caching = [.. contenders.Where(one => one.Name is "portolan" or "nginx")];
        foreach (var contender in caching)
        {
            await throughput.WarmUpAsync(contender, "/cached");
        }

        await throughput.CachedAsync(caching);
        output.Doing("idle connections");
        await Memory.ConnectionsAsync(contenders, client, output, cancellationToken);
        output.Doing("many routes");
        await new Routes(settings, client, output).MeasureAsync(contenders[0], stage.BackendPort, cancellationToken);
        output.Doing("HTTP/2 over TLS");
        await new Tls(settings, output, cancellationToken).MeasureAsync(stage);
        output.Doing($"load average of the machine: {ProcFile.LoadAverage()}");
    }

    private async Task<string?> CompiledAheadAsync(string root, string folder)
    {
        output.Doing("publishing with ReadyToRun");
        var target = Path.Combine(folder, "ahead");
        var runtime = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;
        string[] arguments =
            ["publish", Path.Combine(root, "src", "Cli"), "-c", "Release", "-r", runtime, "--self-contained", "false", "-p:PublishReadyToRun=true", "--artifacts-path", Path.Combine(folder, "artifacts"), "-o", target, "-v:quiet", "-nologo"];
        return await Tools.RunAsync("dotnet", arguments, cancellationToken) ? Path.Combine(target, "portolan.dll") : null;
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Portolan.slnx")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);
}
