using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Reload;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Reload;

public sealed class ConfigWatchTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portolan-gateway-");
    private readonly Lines log = new();

    private string Path => System.IO.Path.Combine(folder.FullName, "gateway.yaml");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_that_changed_is_put_in_force_once_it_stays_as_it_is()
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [echo.Address]));
        var watch = Watch(gateway, "one");
        Look(watch, 3);
        Assert.Empty(log.Written);

        Write("other");
        watch.Look();
        Assert.Equal("/one", await gateway.Client.GetStringAsync("/a"));
        Look(watch, 3);

        Assert.Equal("/other", await gateway.Client.GetStringAsync("/a"));
        Assert.Equal([$"Configuration 2 of {Path} is in force: route '/a' changed"], log.Written);
    }

    [Fact]
    public async Task A_file_with_errors_is_told_line_by_line_and_the_old_configuration_stays()
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [echo.Address]));
        var watch = Watch(gateway, "one");
        Look(watch, 2);

        File.WriteAllText(Path, "timeout: soon\nroutes:\n  - { path: /a, servce: s }\n");
        Look(watch, 4);

        Assert.Equal(
        [
            $"{Path} has 2 errors and is not put in force; configuration 1 stays",
            $"{Path}:1:10: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found 'soon'.",
            $"{Path}:3:17: unknown key 'servce' in a route; did you mean 'service'?",
        ],
        log.Written);
        Assert.Equal("/one", await gateway.Client.GetStringAsync("/a"));

        Write("longer");
        Look(watch, 2);
        Assert.Equal("/longer", await gateway.Client.GetStringAsync("/a"));
    }

    [Fact]
    public async Task A_file_may_be_replaced_linked_and_away_for_a_while()
    {
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [RawServer.NobodyThere()]));
        var runtime = gateway.Part<GatewayRuntime>();
        var watch = Watch(gateway, "one");
        Look(watch, 2);

        // As editors do it.
        File.WriteAllText(Path + ".new", Text("moved"));
        File.Move(Path + ".new", Path, overwrite: true);
        Look(watch, 2);
        Assert.Equal("/moved", runtime.Current.Config.Routes[0].Rewrite);

        // As orchestrators do it: a link to a folder that is another one from now on.
        File.Delete(Path);
        watch.Look();
        Assert.Single(log.Written);
        Look(watch, 3);
        Assert.Contains("cannot be read", log.Written[^1]);
        Assert.Equal(2, log.Written.Count);
        foreach (var version in new[] { "first", "second" })
        {
            var target = Directory.CreateDirectory(System.IO.Path.Combine(folder.FullName, version)).FullName;
            File.WriteAllText(System.IO.Path.Combine(target, "gateway.yaml"), Text(version));
            File.Delete(Path);
            File.CreateSymbolicLink(Path, System.IO.Path.Combine(target, "gateway.yaml"));
            Look(watch, 2);
            Assert.Equal("/" + version, runtime.Current.Config.Routes[0].Rewrite);
        }
    }

    [Fact]
    public async Task What_says_the_same_changes_nothing()
    {
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [RawServer.NobodyThere()]));
        var watch = Watch(gateway, "one");
        File.WriteAllText(Path, "# a comment\n" + Text("one"));
        Look(watch, 3);

        Assert.Equal(1, gateway.Part<GatewayRuntime>().Current.Origin.Version);
        Assert.Empty(log.Written);
    }

    [Fact]
    public async Task What_takes_a_restart_is_told_as_that_once_and_not_as_done()
    {
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [RawServer.NobodyThere()]));
        var watch = Watch(gateway, "one");
        Look(watch, 2);
        var text = "port: 8081\nlisten: [{ port: 8443 }]\nconnectTimeout: 2s\nfaultInjection: true\nlimits: { connections: 7 }\n" + Text("one");
        File.WriteAllText(Path, text);
        Look(watch, 3);

        Assert.Equal(
            ["In force only when the gateway starts again: port changed; listen changed; connectTimeout: 5s is now 2s; faultInjection: false is now true; limits.connections changed"], log.Written);

        File.WriteAllText(Path, text.Replace("limits: { connections: 7 }", "cacheSize: 1MiB\nlimits: { body: 2MiB, connections: 7 }", StringComparison.Ordinal));
        Look(watch, 3);
        Assert.Equal($"Configuration 2 of {Path} is in force: cacheSize: 64MiB is now 1MiB; limits.body: 1MiB is now 2MiB", log.Written[^1]);
        Assert.Equal(2, log.Written.Count);

        Write("one");
        Look(watch, 3);
        Assert.Equal($"Configuration 3 of {Path} is in force: cacheSize: 1MiB is now 64MiB; limits.body: 2MiB is now 1MiB", log.Written[^1]);
        Assert.Equal(3, log.Written.Count);
    }

    [Fact]
    public async Task A_file_that_is_mended_to_what_is_in_force_is_told_so_and_pages_say_when_it_differs()
    {
        await using var gateway = await Gateway.StartAsync(Text("one"), ("s", [RawServer.NobodyThere()]));
        var watch = Watch(gateway, "one");
        Look(watch, 2);
        File.WriteAllText(Path, "timeout: soon\n" + Text("one"));
        Look(watch, 2);

        Assert.Contains("<br>The file has 1 error and is not in force; the log says more.", await gateway.Client.GetStringAsync("/"));
        Assert.Contains("\"message\":\"the file has 1 error and is not in force\"", await HealthAsync(gateway));
        Assert.Equal($"{Path} has 1 error and is not put in force; configuration 1 stays", log.Written[0]);

        Write("one");
        Look(watch, 2);
        Assert.Equal($"{Path} says again what is in force: configuration 1", log.Written[^1]);
        Assert.DoesNotContain("not in force", await gateway.Client.GetStringAsync("/"));

        File.Delete(Path);
        Look(watch, 3);
        Assert.Contains("\"message\":\"the file cannot be read and is not in force\"", await HealthAsync(gateway));
        Write("one");
        Look(watch, 3);
        Assert.Equal($"{Path} says again what is in force: configuration 1", log.Written[^1]);
        Assert.Equal(5, log.Written.Count);
        Assert.DoesNotContain("not in force", await HealthAsync(gateway));
    }

    private static async Task<string> HealthAsync(Gateway gateway)
    {
        using var answer = await gateway.Client.GetAsync("/health/system");
        return await answer.Content.ReadAsStringAsync();
    }

    private static string Text(string version) => $"routes: [{{ path: /a, service: s, rewrite: /{version} }}]";

    private static void Look(ConfigWatch watch, int times)
    {
        for (; times > 0; times--)
        {
            watch.Look();
        }
    }

    private void Write(string version) => File.WriteAllText(Path, Text(version));

    private ConfigWatch Watch(Gateway gateway, string version)
    {
        return WatchText(gateway, Text(version));
    }

    private ConfigWatch WatchText(Gateway gateway, string text)
    {
        File.WriteAllText(Path, text);
        return new ConfigWatch(gateway.Part<GatewayRuntime>(), new WatchedFile(Path, GatewayFile.Parse(text, new YamlProblems(Path))!), gateway.Part<DiscoveryOptions>(), TimeProvider.System, log);
    }

    private sealed class Lines : ILogger<ConfigWatch>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
