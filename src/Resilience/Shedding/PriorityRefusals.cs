namespace Portolan.Resilience.Shedding;

/// <summary>The rejections of one shedder, made once for each priority: who has too much to do makes none.</summary>
internal sealed class PriorityRefusals
{
    private static readonly string[] Names = ["low", "normal", "high", "critical"];

    private readonly Rejection[] rejections;
    private readonly KeyValuePair<string, object?> tag;
    private long total;

    public PriorityRefusals(string name, string why, TimeSpan retryAfter)
    {
        tag = new("shedder", name);
        rejections = [.. Names.Select(priority => new Rejection(RejectionKind.LoadShed, name, $"'{name}' {why} ({priority}).") { Wait = retryAfter })];
    }

    public long Total => Volatile.Read(ref total);

    public Rejection Next(CallPriority priority)
    {
        var index = Math.Clamp((int)priority - (int)CallPriority.Low, 0, Names.Length - 1);
        Interlocked.Increment(ref total);
        if (ResilienceMetrics.SheddingRefused.Enabled)
        {
            ResilienceMetrics.SheddingRefused.Add(1, tag, new KeyValuePair<string, object?>("priority", Names[index]));
        }

        return rejections[index];
    }
}
