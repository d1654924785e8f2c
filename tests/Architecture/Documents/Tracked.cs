using System.ComponentModel;
using System.Diagnostics;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

/// <summary>What git tracks.</summary>
internal static class Tracked
{
    /// <summary>Null where git is missing or this is no clone.</summary>
    public static IReadOnlyList<RepoFile>? Files(string root)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", root, "ls-files", "-z"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? [.. Read(root, output)] : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // A file may be deleted and not yet committed.
    private static IEnumerable<RepoFile> Read(string root, string output) =>
        output.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(path => File.Exists(Path.Combine(root, path)))
            .Select(path => new RepoFile(path, () => File.ReadAllText(Path.Combine(root, path))));
}
