namespace Portolan.Sqlite.Bus;

/// <summary>Which events each service of the system subscribes to: a file a service, one wire name a line.</summary>
internal sealed class Subscriptions(SqliteBusOptions options)
{
    private readonly string folder = Path.Combine(options.Folder, "subscriptions");
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public void Announce(IEnumerable<string> events)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, options.Service);
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        File.WriteAllLines(temporary, events.Order(StringComparer.Ordinal));
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>Reads the files only for a type it has not met in one: this is asked for every event that goes out.</summary>
    public bool HasSubscriber(string type)
    {
        if (!known.Contains(type) && Directory.Exists(folder))
        {
            known.UnionWith(
                Directory.EnumerateFiles(folder).Where(file => !file.EndsWith(".tmp", StringComparison.Ordinal)).SelectMany(File.ReadAllLines));
        }

        return known.Contains(type);
    }
}
