using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Load;

/// <summary>A run's result as <c>--json</c> prints it.</summary>
internal sealed record LoadReport(
    string Url, double? Rate, double Seconds, int Connections, long Answered, double PerSecond, long Bytes,
    IReadOnlyDictionary<string, long> Statuses, IReadOnlyDictionary<string, long> Errors, long SentLate, long Unsent, LoadLatency LatencyMs)
{
    public static LoadReport Of(LoadResult result)
    {
        var (plan, counts) = (result.Plan, result.Counts);
        var seconds = result.Lasted.TotalSeconds;
        return new LoadReport(
            plan.Request.Target.ToString(), plan.Rate, Rounded(seconds), plan.Connections, counts.Answered, seconds > 0 ? Rounded(counts.Answered / seconds) : 0, counts.Bytes,
            counts.Statuses.ToDictionary(status => status.Status.ToString(CultureInfo.InvariantCulture), status => status.Count),
            counts.Failures.ToDictionary(failure => JsonNamingPolicy.CamelCase.ConvertName(failure.Kind.ToString()), failure => failure.Count),
            counts.SentLate, counts.Unsent, LoadLatency.Of(counts.Latency));
    }

    public void Print(Screen screen)
    {
        var output = screen.Out;
        output.WriteLine($"  answered   {Answered:#,0}, {PerSecond:#,0.#} a second, {Bytes / Math.Max(Seconds, 0.001) / 1e6:#,0.0##} MB a second");
        output.WriteLine($"  status     {Listed(Statuses)}");
        output.WriteLine(screen.Paint(Errors.Count > 0 ? Tone.Bad : Tone.Plain, $"  errors     {Listed(Errors)}"));
        output.WriteLine($"  latency    {(LatencyMs.Max > 0 ? LatencyMs.ToString() : "none")}");
        if (SentLate > 0)
        {
            output.WriteLine(screen.Paint(Tone.Warning, $"  late       {SentLate:#,0} were sent more than 1 ms after they were due; the wait is in the latency"));
        }

        if (Unsent > 0)
        {
            output.WriteLine(screen.Paint(Tone.Warning, $"  never sent {Unsent:#,0}: all connections were busy; they count as waiting to the end"));
        }
    }

    private static string Listed(IReadOnlyDictionary<string, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(count => $"{count.Key}: {count.Value:#,0}"));

    private static double Rounded(double value) => Math.Round(value, 3);
}

/// <summary>Milliseconds from the moment a request was due to the end of its answer.</summary>
internal sealed record LoadLatency(
    double Mean, double P50, double P90, double P99, [property: JsonPropertyName("p99.9")] double P999, double Max)
{
    public static LoadLatency Of(LatencyHistogram seen)
    {
        double At(double share) => Rounded(seen.Percentile(share));
        return new LoadLatency(Rounded(seen.Mean), At(0.5), At(0.9), At(0.99), At(0.999), Rounded(seen.Maximum));
    }

    public override string ToString() => $"p50 {P50} ms   p90 {P90} ms   p99 {P99} ms   p99.9 {P999} ms   max {Max} ms";

    private static double Rounded(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

/// <summary>Writes reports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class LoadJson : JsonSerializerContext;
