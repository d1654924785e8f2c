using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Reload;
using Portolan.Proxy.Runtime;
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
        Write(version);
        return new ConfigWatch(gateway.Part<GatewayRuntime>(), new WatchedFile(Path, Text(version)), TimeProvider.System, log);
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
