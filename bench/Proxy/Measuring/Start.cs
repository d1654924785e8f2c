using System.Diagnostics;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>From the start of the process to its first answer.</summary>
internal sealed class Start(Settings settings, Output output)
{
    public async Task MeasureAsync(Stage stage, string? compiledAhead, CancellationToken cancellationToken)
    {
        var ours = new List<double>();
        var theirs = new List<double>();
        var ahead = new List<double>();
        for (var run = 0; run < settings.Starts; run++)
        {
            ours.Add(await OnceAsync(stage, () => stage.GatewayAsync(), cancellationToken));
            theirs.Add(await OnceAsync(stage, stage.YarpAsync, cancellationToken));
            if (compiledAhead is not null)
            {
                ahead.Add(await OnceAsync(stage, () => stage.GatewayAsync(compiledAhead), cancellationToken));
            }
        }

        output.Add(new Figure("start-to-first-request", Median.Of(ours), "ms", "YARP", Median.Of(theirs)));
        if (ahead.Count > 0)
        {
            output.Add(new Figure("start-to-first-request", Median.Of(ours), "ms", "portolan compiled ahead", Median.Of(ahead)));
        }
    }

    private static async Task<double> OnceAsync(Stage stage, Func<Task<Contender>> begin, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var clock = Stopwatch.StartNew();
        var contender = await begin();
        using (var answer = await http.GetAsync($"http://127.0.0.1:{contender.Process!.Port}/small", cancellationToken))
        {
            answer.EnsureSuccessStatusCode();
        }

        var elapsed = clock.Elapsed.TotalMilliseconds;
        await stage.EndAsync(contender);
        return elapsed;
    }
}
