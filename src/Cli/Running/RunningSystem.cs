namespace Portolan.Cli.Running;

/// <summary>A system whose <c>up</c> is alive.</summary>
internal sealed record RunningSystem(SystemPaths Paths, SystemState State)
{
    /// <summary>Null when nothing runs there.</summary>
    public static RunningSystem? In(string folder)
    {
        var paths = new SystemPaths(folder);
        return SystemLock.IsHeld(paths) && StateFile.Read(paths.State, RunningJson.Default.SystemState) is { } state
            ? new RunningSystem(paths, state)
            : null;
    }

    /// <summary>The one in a folder, or the only one there is. Throws <see cref="CliException"/> when that is not clear.</summary>
    public static RunningSystem Find(string? folder, SystemIndex index, string command)
    {
        var running = index.Running();
        if (folder is not null)
        {
            return In(folder)
                ?? running.FirstOrDefault(system => system.State.Name == folder)
                ?? throw new CliException($"No system runs in '{folder}'.{Others(running)}");
        }

        return running switch
        {
            [var only] => only,
            [] => throw new CliException("No system is running. Start one with 'portolan up <folder>'."),
            _ => throw new CliException($"Several systems are running; say which: portolan {command} <folder>.{Others(running)}"),
        };
    }

    private static string Others(IReadOnlyList<RunningSystem> running) =>
        running.Count == 0 ? " Start it with 'portolan up <folder>'." : " Running: " + string.Join(", ", running.Select(system => $"{system.State.Name} ({system.Paths.Folder})")) + ".";
}
