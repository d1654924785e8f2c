namespace Portolan.Cli.Running;

/// <summary>Everything that a running system keeps in <c>&lt;folder&gt;/.portolan</c>.</summary>
internal sealed class SystemPaths(string folder)
{
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    public string Root => Path.Combine(Folder, ".portolan");

    /// <summary>Held open by the <c>up</c> that runs the system.</summary>
    public string Lock => Path.Combine(Root, "up.lock");

    public string State => Path.Combine(Root, "system.json");

    /// <summary>Appears when somebody asks <c>up</c> to stop.</summary>
    public string StopRequest => Path.Combine(Root, "stop");

    public string Data => Path.Combine(Root, "data");

    public string Bus => Path.Combine(Root, "bus");

    public string Logs => Path.Combine(Root, "logs");

    public string Build => Path.Combine(Root, "build");

    public string LogOf(string instance) => Path.Combine(Logs, instance + ".log");

    /// <summary>Makes the folders, and keeps them out of version control.</summary>
    public void Create()
    {
        foreach (var path in new[] { Root, Data, Bus, Logs, Build })
        {
            Directory.CreateDirectory(path);
        }

        File.WriteAllText(Path.Combine(Root, ".gitignore"), "*\n");
    }

    /// <summary>Removes the data of earlier runs; only what Portolan made itself.</summary>
    public void Empty()
    {
        foreach (var path in new[] { Data, Bus, Logs }.Where(Directory.Exists))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
