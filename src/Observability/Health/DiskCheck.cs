namespace Portolan.Observability.Health;

/// <summary>Looks at the free space where the process writes.</summary>
internal static class DiskCheck
{
    public static HealthCheck Create(HealthOptions options) =>
        new("disk", _ => ValueTask.FromResult(Look(options))) { Scope = HealthScope.All };

    private static HealthResult Look(HealthOptions options)
    {
        var path = Path.GetFullPath(options.DiskPath);
        var free = new DriveInfo(path).AvailableFreeSpace;
        var details = new Dictionary<string, object?> { ["path"] = path, ["free"] = free, ["threshold"] = options.DiskThreshold };
        return free >= options.DiskThreshold
            ? HealthResult.Up with { Details = details }
            : HealthResult.Down($"Only {free} bytes are free at {path}.") with { Details = details };
    }
}
