using System.Text.Json;

namespace Portolan.Bench.Proxy.Load;

/// <summary>What <c>portolan load</c> reports, as far as it is used here.</summary>
internal sealed record LoadSeen(long Answered, double PerSecond, long Bytes, double P50, double P99)
{
    /// <summary>Throws <see cref="BenchException"/> where anything but 200 was seen: such a run says nothing.</summary>
    public static LoadSeen Parse(string json, string url)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var answered = root.GetProperty("answered").GetInt64();
        if (answered == 0 || root.GetProperty("errors").EnumerateObject().Any() || root.GetProperty("statuses").EnumerateObject().Any(status => status.Name != "200"))
        {
            throw new BenchException($"{url} did not answer everything with 200: {json}");
        }

        var latency = root.GetProperty("latencyMs");
        return new LoadSeen(
            answered, root.GetProperty("perSecond").GetDouble(), root.GetProperty("bytes").GetInt64(), latency.GetProperty("p50").GetDouble(), latency.GetProperty("p99").GetDouble());
    }
}
