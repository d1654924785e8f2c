using System.Security.Cryptography;
using System.Text;

namespace Portolan.Cli.Running;

/// <summary>The systems of this user, so that <c>ps</c> and its like find them without being told a folder.</summary>
internal sealed class SystemIndex(string root)
{
    private string Systems => Path.Combine(root, "systems");

    /// <summary>At <c>$PORTOLAN_HOME</c>, else where the operating system keeps such state.</summary>
    public static SystemIndex OfUser()
    {
        if (Environment.GetEnvironmentVariable("PORTOLAN_HOME") is { Length: > 0 } home)
        {
            return new SystemIndex(Path.GetFullPath(home));
        }

        if (OperatingSystem.IsWindows())
        {
            return new SystemIndex(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "portolan"));
        }

        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return new SystemIndex(Path.Combine(state, "portolan"));
    }

    public void Add(string name, SystemPaths paths) =>
        StateFile.Write(EntryOf(paths), new IndexEntry(name, paths.Folder), RunningJson.Default.IndexEntry);

    public void Remove(SystemPaths paths) => File.Delete(EntryOf(paths));

    /// <summary>The systems that run now: an entry left by a killed <c>up</c> is not one of them.</summary>
    public IReadOnlyList<RunningSystem> Running()
    {
        if (!Directory.Exists(Systems))
        {
            return [];
        }

        return [.. Directory.EnumerateFiles(Systems, "*.json")
            .Select(file => StateFile.Read(file, RunningJson.Default.IndexEntry))
            .OfType<IndexEntry>()
            .Select(entry => RunningSystem.In(entry.Folder))
            .OfType<RunningSystem>()
            .OrderBy(system => system.State.Name, StringComparer.Ordinal)];
    }

    private string EntryOf(SystemPaths paths)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.Folder)));
        return Path.Combine(Systems, hash[..16] + ".json");
    }
}
