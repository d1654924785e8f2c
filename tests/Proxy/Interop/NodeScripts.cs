using System.Security.Cryptography;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>The peers that run in Node. Their packages are fetched once, as the lock file has them, into a folder beside other temporary things.</summary>
internal static class NodeScripts
{
    private static readonly string Source = Path.Combine(AppContext.BaseDirectory, "Interop", "Scripts");
    private static readonly Lazy<Task<string?>> Folder = new(FetchAsync);

    /// <summary>Starts a script that needs nothing but Node, and waits for the port that it serves.</summary>
    public static async Task<(Tool Tool, string Address)> ServeAsync(string script)
    {
        var tool = Tool.Start(Tool.Find("node", "nodejs"), Path.Combine(Source, script));
        return (tool, $"http://127.0.0.1:{await tool.LineAsync()}");
    }

    /// <summary>The same of a script that needs packages; skips the test where they cannot be had.</summary>
    public static async Task<(Tool Tool, string Address)> ServeWithPackagesAsync(string script)
    {
        var tool = Tool.Start(Tool.Find("node", "nodejs"), Path.Combine(await PackagesAsync(), script));
        return (tool, $"http://127.0.0.1:{await tool.LineAsync()}");
    }

    /// <summary>Runs a script that needs packages to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, string argument) =>
        await Tool.RunAsync(Tool.Find("node", "nodejs"), Path.Combine(await PackagesAsync(), script), argument);

    private static async Task<string> PackagesAsync()
    {
        _ = Tool.Find("npm", "npm");
        var folder = await Folder.Value;
        Assert.SkipWhen(folder is null, "The npm packages of the peers could not be fetched: no way to a registry.");
        return folder!;
    }

    private static async Task<string?> FetchAsync()
    {
        var version = Convert.ToHexString(SHA256.HashData([.. Directory.GetFiles(Source).Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)]))[..16];
        var folder = Path.Combine(Path.GetTempPath(), $"portolan-interop-{version}");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        // Beside it, and moved when all is there: runs at the same time do not see half of it.
        var own = $"{folder}-{Environment.ProcessId}";
        Directory.CreateDirectory(own);
        foreach (var file in Directory.GetFiles(Source))
        {
            File.Copy(file, Path.Combine(own, Path.GetFileName(file)));
        }

        var (exitCode, _) = await Tool.RunAsync(Tool.Find("npm", "npm"), "ci", "--prefix", own, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", "1");
        if (exitCode != 0)
        {
            Directory.Delete(own, recursive: true);
            return null;
        }

        try
        {
            Directory.Move(own, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(own, recursive: true);
        }

        return folder;
    }
}
