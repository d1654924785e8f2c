using Portolan.Bench.Proxy.Load;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>What many routes cost a request: one process, whose configuration is exchanged between runs.</summary>
internal sealed class Routes(Settings settings, Client client, Output output)
{
    private const int Few = 10;

    public async Task MeasureAsync(Contender gateway, int backendPort, CancellationToken cancellationToken)
    {
        foreach (var many in settings.RouteCounts)
        {
            var costs = new Dictionary<int, List<double>> { [Few] = [], [many] = [] };
            for (var round = 0; round < settings.Rounds; round++)
            {
                foreach (var count in (int[])[many, Few])
                {
                    await ApplyAsync(gateway, Configurations.Gateway(backendPort, count), cancellationToken);

                    // Reading the configuration leaves garbage, and new objects to get to know; neither is what a request costs.
                    await client.FloodAsync(gateway.Process!, $"/r{count - 3}/items/5", 1);
                    var (processor, seen) = await client.FloodAsync(gateway.Process!, $"/r{count - 3}/items/5", settings.Seconds);
                    costs[count].Add(processor / seen.Answered * 1e6);
                }
            }

            output.Add(new Figure($"routes-{many}", Median.Of(costs[many]), "µs", $"{Few} routes", Median.Of(costs[Few])));
        }
    }

    private static async Task ApplyAsync(Contender gateway, string configuration, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var content = new StringContent(configuration);
        using var answer = await http.PutAsync($"http://127.0.0.1:{gateway.Process!.Port}/portolan/gateway/config", content, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new BenchException($"The gateway did not take its configuration: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
