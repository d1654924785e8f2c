namespace Portolan.Cli.Processes;

/// <summary>Finds the program that runs assemblies, and this very program for a second start.</summary>
internal static class DotnetHost
{
    /// <summary>The <c>dotnet</c> that hosts us, else the one that the environment names.</summary>
    public static string Path => OurHost ?? Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? UnderRoot() ?? "dotnet";

    private static string? OurHost =>
        System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath : null;

    /// <summary>Starts this program again with other arguments.</summary>
    public static LaunchSpec Again(IEnumerable<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        var assembly = System.IO.Path.Combine(AppContext.BaseDirectory, "portolan.dll");
        return OurHost is null && System.IO.Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "portolan"
            ? new LaunchSpec(Environment.ProcessPath!, [.. arguments], workingDirectory, environment)
            : new LaunchSpec(Path, ["exec", assembly, .. arguments], workingDirectory, environment);
    }

    private static string? UnderRoot()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var path = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? System.IO.Path.Combine(root, name) : null;
        return File.Exists(path) ? path : null;
    }
}
