namespace Portolan.Cli.Logs;

/// <summary>Which lines of a system's log files somebody wants.</summary>
/// <param name="Name">A service or an instance; null for all.</param>
/// <param name="Id">A trace, correlation or request; null for all.</param>
/// <param name="Lines">The newest ones, so many.</param>
internal sealed record LogQuery(string? Name, string? Id, int Lines)
{
    /// <summary>The instances in a folder of logs that the query is about, by name.</summary>
    public IReadOnlyList<string> Instances(string folder)
    {
        var all = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.log").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != "up").Order(StringComparer.Ordinal).ToList()
            : [];
        return Name is null ? all : [.. all.Where(instance => instance == Name || ServiceOf(instance) == Name)];
    }

    /// <summary>The lines of these instances in the order of their times.</summary>
    public IReadOnlyList<(string Instance, LogLine Line)> Read(string folder, IReadOnlyList<string> instances) =>
        [.. instances.SelectMany(instance => ReadOne(folder, instance)).OrderBy(line => line.Time).TakeLast(Lines).Select(line => (line.Instance, line.Line))];

    /// <summary>True when the line is one of those wanted.</summary>
    public bool Wants(LogLine line) => Id is null || line.Has(Id);

    private IEnumerable<(string Instance, LogLine Line, DateTimeOffset Time)> ReadOne(string folder, string instance)
    {
        var path = Path.Combine(folder, instance + ".log");
        var newest = new Queue<string>();
        foreach (var raw in Raw(LogFile.OlderOf(path)).Concat(Raw(path)))
        {
            // Only what can match is kept, and parsed later: the files may be large.
            if (Id is not null && !raw.Contains(Id, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            newest.Enqueue(raw);
            if (newest.Count > Lines)
            {
                newest.Dequeue();
            }
        }

        // A line without a time belongs to the one before it.
        var time = DateTimeOffset.MinValue;
        foreach (var line in newest.Select(LogLine.Parse).Where(Wants))
        {
            time = line.Time ?? time;
            yield return (instance, line, time);
        }
    }

    private static IEnumerable<string> Raw(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static string ServiceOf(string instance)
    {
        var dash = instance.LastIndexOf('-');
        return dash > 0 && int.TryParse(instance[(dash + 1)..], out _) ? instance[..dash] : instance;
    }
}
