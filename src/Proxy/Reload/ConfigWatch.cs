using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Reload;

/// <summary>
/// Puts a file in force again when its text changes. It looks every half second instead of being told: what editors and
/// orchestrators do (replace the file, swap a link of its folder, write over a network) is told in too many ways, and not at all in some.
/// </summary>
internal sealed partial class ConfigWatch(GatewayRuntime runtime, WatchedFile file, DiscoveryOptions discovery, TimeProvider clock, ILogger<ConfigWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private string text = file.Started.Text;
    private (DateTime Written, long Length)? seen;
    private (DateTime Written, long Length)? pending;
    private bool unreadable;
    private bool differs;
    private string told = "";

    /// <summary>Looks once. What has changed must look the same twice: the writer may not be done.</summary>
    public void Look()
    {
        try
        {
            var info = new FileInfo(file.Path);
            info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            var now = (info.LastWriteTimeUtc, info.Length);
            if (now != seen && now == pending)
            {
                seen = now;
                Read(File.ReadAllText(file.Path));
            }

            pending = now;
            unreadable = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Between an editor's deleting and its writing there is no file; that is told only when it stays so.
            if (unreadable && pending is not null)
            {
                Log.Unreadable(logger, file.Path, exception.Message);
                runtime.FileProblem = "cannot be read";

                // So that it is read again when it is back.
                (pending, seen) = (null, null);
            }

            unreadable = true;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private void Read(string now)
    {
        if (now == text && !differs)
        {
            // It was away for a while; what an operator put in force meanwhile stays.
            if (runtime.FileProblem is not null && runtime.Current.Origin.Source != "operator")
            {
                Log.Restored(logger, file.Path, runtime.Current.Origin.Version);
            }

            runtime.FileProblem = null;
            return;
        }

        text = now;
        var problems = new YamlProblems(file.Path);
        if (GatewayFile.Parse(now, problems) is { } parsed)
        {
            Apply(parsed);
            return;
        }

        var errors = problems.Count == 1 ? "1 error" : $"{problems.Count} errors";
        Log.Refused(logger, file.Path, errors, runtime.Current.Origin.Version);
        Differs($"has {errors}");
        foreach (var error in problems.Errors)
        {
            Log.Problem(logger, error.Where, error.Message);
        }
    }

    private void Apply(GatewayFile now)
    {
        var changes = ConfigChanges.Between(runtime.Current.Config, now.Config);
        if (changes.Count > 0)
        {
            runtime.Apply(now.Config, "file", now.Text);
            Log.Applied(logger, runtime.Current.Origin.Version, file.Path, string.Join("; ", changes));
        }
        else if (differs)
        {
            Log.Restored(logger, file.Path, runtime.Current.Origin.Version);
        }

        (differs, runtime.FileProblem) = (false, null);
        IEnumerable<string> unknown = discovery.Server is null ? now.Config.Unplaced.Except(discovery.Services.Keys, StringComparer.OrdinalIgnoreCase).Select(service => $"where '{service}' is, which has no addresses: no registry is asked") : [];
        var later = string.Join("; ", ConfigChanges.AtStart(file.Started, now).Concat(unknown));
        if (later.Length > 0 && later != told)
        {
            Log.NeedsRestart(logger, later);
        }

        told = later;
    }

    private void Differs(string why) => (differs, runtime.FileProblem) = (true, why);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Configuration {Version} of {File} is in force: {Changes}", EventName = "GatewayConfigApplied")]
        public static partial void Applied(ILogger logger, int version, string file, string changes);

        [LoggerMessage(2, LogLevel.Error, "{File} has {Errors} and is not put in force; configuration {Version} stays", EventName = "GatewayConfigRefused")]
        public static partial void Refused(ILogger logger, string file, string errors, int version);

        [LoggerMessage(3, LogLevel.Error, "{Where}: {Problem}", EventName = "GatewayConfigError")]
        public static partial void Problem(ILogger logger, string where, string problem);

        [LoggerMessage(4, LogLevel.Warning, "{File} cannot be read, so the configuration stays: {Reason}", EventName = "GatewayConfigUnreadable")]
        public static partial void Unreadable(ILogger logger, string file, string reason);

        [LoggerMessage(5, LogLevel.Warning, "In force only when the gateway starts again: {Changes}", EventName = "GatewayConfigNeedsRestart")]
        public static partial void NeedsRestart(ILogger logger, string changes);

        [LoggerMessage(6, LogLevel.Information, "{File} says again what is in force: configuration {Version}", EventName = "GatewayConfigRestored")]
        public static partial void Restored(ILogger logger, string file, int version);
    }
}

/// <summary>The file to watch, and what it said when the gateway started.</summary>
internal sealed record WatchedFile(string Path, GatewayFile Started);
