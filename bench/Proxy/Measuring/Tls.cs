using System.Globalization;
using System.Text.RegularExpressions;
using Portolan.Bench.Proxy.Peers;
using Portolan.Bench.Proxy.Processes;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>HTTP/2 over TLS from the client, HTTP/1.1 to the backend; h2load asks.</summary>
internal sealed partial class Tls(Settings settings, Output output, CancellationToken cancellationToken)
{
    private const string Name = "tls-http2-cpu-per-request";

    public async Task MeasureAsync(Stage stage)
    {
        if (!await Tools.HasAsync("h2load", cancellationToken, package: "nghttp2-client"))
        {
            output.Add(new Figure(Name, null, "µs", "nginx", null, "h2load is not installed"));
            return;
        }

        var all = await stage.OverTlsAsync();
        var contenders = all.Where(one => one.Process is not null).ToList();
        for (var burst = 0; burst < settings.WarmBursts; burst++)
        {
            await CostAsync(contenders[0].Process!);
        }

        var runs = await Turns.TakeAsync(settings.Rounds, contenders, one => CostAsync(one.Process!));
        var ours = Median.Of(runs[contenders[0].Name]);
        foreach (var peer in all.Skip(1))
        {
            output.Add(peer.Process is null
                ? new Figure(Name, ours, "µs", peer.Name, null, $"{peer.Name} is not installed")
                : new Figure(Name, ours, "µs", peer.Name, Median.Of(runs[peer.Name])));
        }
    }

    private async Task<double> CostAsync(PinnedProcess proxy)
    {
        var before = proxy.ProcessorSeconds;
        var seen = await Tools.ReadAsync(
            "taskset",
            ["-c", $"{Settings.OtherCore}", "h2load", "-c", $"{Settings.Connections}", "-m", "1", "-D", $"{settings.Seconds}", $"https://127.0.0.1:{proxy.Port}/small"],
            cancellationToken);
        var counts = Counts().Match(seen);
        var succeeded = counts.Success ? long.Parse(counts.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return succeeded > 0 && counts.Groups[1].Value == counts.Groups[2].Value
            ? (proxy.ProcessorSeconds - before) / succeeded * 1e6
            : throw new BenchException($"h2load on port {proxy.Port} did not get everything answered: {seen}");
    }

    [GeneratedRegex(@"requests: .* (\d+) done, (\d+) succeeded")]
    private static partial Regex Counts();
}
