using System.Text.RegularExpressions;
using Portolan.Cli.Processes;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Build;

/// <summary>Turns the projects of a system into programs with one build that leaves no build server behind.</summary>
internal sealed partial class SystemBuild(string folder, string workingDirectory, string configuration, StatusLine status, TimeProvider time)
{
    private const int ShownErrors = 20;

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
    };

    /// <summary>Project file to program. Throws <see cref="CliException"/> with the compiler's errors.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(IReadOnlyList<string> projects, bool skip, CancellationToken cancellationToken)
    {
        if (projects.Count == 0)
        {
            return new Dictionary<string, string>();
        }

        var last = BuildStamp.Read(folder);
        var covered = last is not null && last.Covers(projects, configuration);
        if (skip && !covered)
        {
            throw new CliException("Not everything is built yet, so --no-build has nothing to start. Run 'portolan up' without it once.");
        }

        if (covered && (skip || SourceFingerprint.Of(last!.Projects) == last.Fingerprint))
        {
            return last!.Programs;
        }

        return await BuildAsync(projects, cancellationToken);
    }

    private async Task<IReadOnlyDictionary<string, string>> BuildAsync(IReadOnlyList<string> projects, CancellationToken cancellationToken)
    {
        BuildProject.Write(folder, projects);
        var reports = Path.Combine(folder, BuildProject.ProjectsFolderName);
        if (Directory.Exists(reports))
        {
            Directory.Delete(reports, recursive: true);
        }

        var begun = time.GetUtcNow();
        await MsBuildAsync(projects.Count, cancellationToken);
        var programs = File.ReadAllLines(Path.Combine(folder, BuildProject.ProgramsFileName))
            .Select(line => line.Split('|'))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        var all = Directory.EnumerateFiles(reports).SelectMany(File.ReadAllLines).Concat(projects).Distinct().Order(StringComparer.Ordinal).ToList();
        new BuildStamp(configuration, programs, all, SourceFingerprint.Of(all, notAfter: begun.UtcDateTime)).Write(folder);
        return programs;
    }

    private async Task MsBuildAsync(int count, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var spec = new LaunchSpec(
            DotnetHost.Path,
            ["msbuild", Path.Combine(folder, BuildProject.FileName), "-nologo", "-m", "-nodeReuse:false", $"-p:Configuration={configuration}",
                "-p:UseSharedCompilation=false", "-v:quiet", "-clp:ErrorsOnly;NoSummary"],
            workingDirectory,
            Environment);
        using var build = ChildProcess.Start(spec, line => Collect(line, errors), time);
        await using var cancelled = cancellationToken.Register(build.Kill);
        var code = await status.WhileAsync($"Building {count} {(count == 1 ? "project" : "projects")}", ended => ended == 0 ? "Built" : "Not built", build.Exited);
        cancellationToken.ThrowIfCancellationRequested();
        if (code != 0)
        {
            throw new CliException($"The build failed.\n{Summary(errors, code)}");
        }
    }

    private void Collect(string line, List<string> errors)
    {
        lock (errors)
        {
            var text = ProjectSuffix().Replace(line, "").Replace(workingDirectory + Path.DirectorySeparatorChar, "");
            if (errors.Count < 500 && text.Contains("error", StringComparison.OrdinalIgnoreCase) && !errors.Contains(text))
            {
                errors.Add(text);
            }
        }
    }

    private static string Summary(List<string> errors, int code)
    {
        lock (errors)
        {
            return errors.Count switch
            {
                0 => $"MSBuild ended with exit code {code} and no error.",
                > ShownErrors => string.Join('\n', errors.Take(ShownErrors)) + $"\n… and {errors.Count - ShownErrors} more.",
                _ => string.Join('\n', errors),
            };
        }
    }

    [GeneratedRegex(@" \[[^\]]+proj(::[^\]]*)?\]$")]
    private static partial Regex ProjectSuffix();
}
