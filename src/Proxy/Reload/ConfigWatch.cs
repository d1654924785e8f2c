using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Reload;

/// <summary>
/// Puts a file in force again when its text changes. It looks every half second instead of being told: what editors and
/// orchestrators do (replace the file, swap a link of its folder, write over a network) is told in too many ways, and not at all in some.
/// </summary>
internal sealed partial class ConfigWatch(GatewayRuntime runtime, WatchedFile file, TimeProvider clock, ILogger<ConfigWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private string text = file.Text;
    private (DateTime Written, long Length)? seen;
    private (DateTime Written, long Length)? pending;
    private bool unreadable;

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
                pending = null;
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
        if (now == text)
        {
            return;
        }

        text = now;
        var problems = new YamlProblems(file.Path);
        if (GatewayFile.Parse(now, problems) is { } parsed)
        {
            Apply(parsed.Config);
            return;
        }

        Log.Refused(logger, file.Path, problems.Count, runtime.Current.Origin.Version);
        foreach (var error in problems.Errors)
        {
            Log.Problem(logger, error.Where, error.Message);
        }
    }

    private void Apply(GatewayConfig config)
    {
        var changes = ConfigChanges.Between(runtime.Current.Config, config);
        if (changes.Count == 0)
        {
            return;
        }

        runtime.Apply(config, "file");
        Log.Applied(logger, runtime.Current.Origin.Version, file.Path, string.Join("; ", changes));
        if (changes.Any(change => change.StartsWith("connectTimeout", StringComparison.Ordinal)))
        {
            Log.NeedsRestart(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Configuration {Version} of {File} is in force: {Changes}", EventName = "GatewayConfigApplied")]
        public static partial void Applied(ILogger logger, int version, string file, string changes);

        [LoggerMessage(2, LogLevel.Error, "{File} has {Count} errors and is not put in force; configuration {Version} stays", EventName = "GatewayConfigRefused")]
        public static partial void Refused(ILogger logger, string file, int count, int version);

        [LoggerMessage(3, LogLevel.Error, "{Where}: {Problem}", EventName = "GatewayConfigError")]
        public static partial void Problem(ILogger logger, string where, string problem);

        [LoggerMessage(4, LogLevel.Warning, "{File} cannot be read, so the configuration stays: {Reason}", EventName = "GatewayConfigUnreadable")]
        public static partial void Unreadable(ILogger logger, string file, string reason);

        [LoggerMessage(5, LogLevel.Warning, "connectTimeout takes effect when the gateway starts again", EventName = "GatewayConfigNeedsRestart")]
        public static partial void NeedsRestart(ILogger logger);
    }
}

/// <summary>The file to watch, and the text of it that is in force.</summary>
internal sealed record WatchedFile(string Path, string Text);
