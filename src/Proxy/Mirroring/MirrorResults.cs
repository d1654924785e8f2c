using Portolan.Proxy.Mirroring.Comparison;

namespace Portolan.Proxy.Mirroring;

/// <summary>One request whose answers differed.</summary>
internal sealed record MirrorExample(DateTimeOffset At, string Method, string Path, IReadOnlyList<Difference> Differences);

/// <summary>What became of a route's copies since it began.</summary>
internal sealed class MirrorResults(string route, TimeProvider clock)
{
    // What services put into the names of fields is theirs to choose, and must not fill the memory.
    private const int MostFields = 200;

    private const int MostExamples = 20;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> fields = [];
    private readonly Dictionary<string, long> failures = [];
    private readonly Dictionary<string, long> drops = [];
    private readonly Queue<MirrorExample> examples = [];
    private long same;
    private long different;
    private TimeSpan primary;
    private TimeSpan mirror;

    public void Drop(string why)
    {
        MirrorMetrics.Count(route, "dropped");
        lock (gate)
        {
            Add(drops, why);
        }
    }

    public void Fail(string why)
    {
        MirrorMetrics.Count(route, "failed");
        lock (gate)
        {
            Add(failures, why);
        }
    }

    public void Compared(MirrorJob job, TimeSpan took, IReadOnlyList<Difference> differences)
    {
        MirrorMetrics.Count(route, differences.Count == 0 ? "same" : "different");
        MirrorMetrics.Record(route, job.Took, took);
        lock (gate)
        {
            primary += job.Took;
            mirror += took;
            if (differences.Count == 0)
            {
                same++;
                return;
            }

            different++;
            foreach (var field in differences.Select(difference => difference.Field).Distinct())
            {
                Add(fields, field);
            }

            // Without the query: what is in it may be somebody's.
            examples.Enqueue(new MirrorExample(clock.GetUtcNow(), job.Method, job.Target.Split('?')[0], differences));
            if (examples.Count > MostExamples)
            {
                examples.Dequeue();
            }
        }
    }

    public MirrorReport Report()
    {
        lock (gate)
        {
            var compared = same + different;
            return new MirrorReport(
                same, different, new(fields), new(failures), new(drops), [.. examples],
                compared == 0 ? TimeSpan.Zero : primary / compared, compared == 0 ? TimeSpan.Zero : mirror / compared);
        }
    }

    private static void Add(Dictionary<string, long> counts, string name)
    {
        var counted = counts.Count < MostFields || counts.ContainsKey(name) ? name : "(others)";
        counts[counted] = counts.GetValueOrDefault(counted) + 1;
    }
}

/// <summary>The counts at one moment; times are means.</summary>
internal sealed record MirrorReport(
    long Same, long Different, Dictionary<string, long> Fields, Dictionary<string, long> Failures, Dictionary<string, long> Drops,
    IReadOnlyList<MirrorExample> Examples, TimeSpan PrimaryTime, TimeSpan MirrorTime);
