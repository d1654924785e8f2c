using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portolan.Cli.Processes;

namespace Portolan.Cli.Tests.Up;

[Trait("kind", "process")]
public sealed class UpTests(TinySystem tiny) : IClassFixture<TinySystem>
{
    private static readonly string[] AnyPorts = ["--server-port", "0", "--gateway-port", "0"];

    private const string Routes = "gateway: { routes: [ { path: /hello, service: hello, rewrite: /health/ready } ] }\n";

    [Fact]
    public async Task A_system_runs_restarts_what_crashes_and_stops_on_SIGTERM()
    {
        await using var up = tiny.Start(["up", tiny.Built, .. AnyPorts]);
        await up.WaitForLineAsync("Data and logs are in");
        Assert.DoesNotContain("Building", up.Out, StringComparison.Ordinal);

        var before = await tiny.PsAsync(tiny.Built);
        Assert.Equal(["gateway", "hello-1", "hello-2", "server"], before.Select(row => row.Instance).Order(StringComparer.Ordinal));
        Assert.All(before, row => Assert.True(row.Healthy && row.Pid > 0 && row.Restarts == 0, row.ToString()));

        var second = await tiny.RunAsync(["up", tiny.Built, .. AnyPorts]);
        Assert.Equal(1, second.Code);
        Assert.Contains($"is already running (pid {up.Pid})", second.Error, StringComparison.Ordinal);

        var victim = before.Single(row => row.Instance == "hello-1");
        Kill(victim.Pid);
        await TinySystem.UntilAsync(
            async () => (await tiny.PsAsync(tiny.Built)).Any(row => row.Instance == "hello-1" && row.Healthy && row.Pid != victim.Pid && row.Restarts == 1 && row.Port == victim.Port),
            "hello-1 to run again on its port");
        Assert.Contains("hello-1 ended with exit code 137 (killed, SIGKILL); starting it again in 0.2 s.", up.Out, StringComparison.Ordinal);
        Assert.Contains("hello-1 | hello from hello-1", up.Out, StringComparison.Ordinal);

        var logs = await tiny.RunAsync("logs", "hello-2", tiny.Built);
        Assert.Contains("hello-2 | hello from hello-2", logs.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hello-1", logs.Out, StringComparison.Ordinal);

        var pids = (await tiny.PsAsync(tiny.Built)).Select(row => row.Pid).ToList();
        var begun = Stopwatch.StartNew();
        NativeProcess.TryTerminate(up.Pid);
        Assert.Equal(0, await up.ExitAsync());
        Assert.InRange(begun.Elapsed.TotalSeconds, 0, 10);
        Assert.DoesNotContain(pids, TinySystem.IsAlive);
    }

    [Fact]
    public async Task A_killed_up_takes_its_processes_along()
    {
        var system = tiny.Make("killed", "services:\n  hello: { project: ../hello }\n");
        await using var up = tiny.Start(["up", system, .. AnyPorts, "--quiet"]);
        await up.WaitForLineAsync("Data and logs are in");
        var pids = (await tiny.PsAsync(system)).Select(row => row.Pid).ToList();

        up.Kill();

        await TinySystem.UntilAsync(() => Task.FromResult(!pids.Any(TinySystem.IsAlive)), "all processes to end");
        Assert.Equal(1, (await tiny.RunAsync("ps", system)).Code);
    }

    [Fact]
    public async Task A_detached_system_runs_on_until_it_is_taken_down()
    {
        var system = tiny.Make("detached", "services:\n  hello: { project: ../hello }\n");

        var up = await tiny.RunAsync(["up", system, .. AnyPorts, "--detach"]);
        Assert.Equal((0, ""), (up.Code, up.Error));
        Assert.Contains("Running in the background", up.Out, StringComparison.Ordinal);
        Assert.Contains("hello-1", up.Out, StringComparison.Ordinal);
        var pids = (await tiny.PsAsync(system)).Select(row => row.Pid).ToList();
        Assert.All(pids, pid => Assert.True(TinySystem.IsAlive(pid)));

        Assert.Equal((0, "detached has stopped.\n", ""), await tiny.RunAsync("down", system));
        Assert.Equal("Stopping detached …\n", File.ReadAllText(Path.Combine(system, ".portolan", "logs", "up.log")));
        Assert.DoesNotContain(pids, TinySystem.IsAlive);
    }

    [Theory]
    [InlineData("crash", "hello-1 did not start: it ended with exit code 3 before it was ready. Its last lines:\n", "  cannot go on\n")]
    [InlineData("sick", "hello-1 did not start: it was not healthy after 3 s: http://127.0.0.1:", "answers 503 not yet. Its last lines:\n  hello from hello-1\n")]
    public async Task A_service_that_does_not_get_healthy_is_named_with_its_last_lines(string mode, string begin, string end)
    {
        var system = tiny.Make(mode, $"services:\n  hello: {{ project: ../hello, environment: {{ MODE: {mode} }} }}\n");

        var up = await tiny.RunAsync(["up", system, .. AnyPorts, "--start-timeout", "3"]);

        Assert.Equal(1, up.Code);
        Assert.StartsWith(begin, up.Error, StringComparison.Ordinal);
        Assert.EndsWith(end, up.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(system, ".portolan", "system.json")));
        Assert.Empty(ProcessesOf(system));
    }

    [Fact]
    public async Task A_system_has_started_when_its_gateway_knows_every_instance()
    {
        var system = tiny.Make("late", $"services:\n  hello: {{ project: ../hello, instances: 2, environment: {{ MODE: late }} }}\n{Routes}");
        await using var up = tiny.Start(["up", system, .. AnyPorts, "--quiet"]);
        await up.WaitForLineAsync("Data and logs are in");

        var gateway = (await tiny.PsAsync(system)).Single(row => row.Instance == "gateway").Port;
        using var client = new HttpClient();
        var health = await client.GetStringAsync($"http://127.0.0.1:{gateway}/health/system", TestContext.Current.CancellationToken);
        Assert.Contains("\"instances\":{\"healthy\":2,\"total\":2}", health, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"http://127.0.0.1:{gateway}/hello", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("", up.Error);
    }

    [Fact]
    public async Task A_service_that_the_gateway_leads_to_and_never_hears_of_is_named()
    {
        var system = tiny.Make("silent", $"services:\n  hello: {{ project: ../hello, instances: 2 }}\n  other: {{ project: ../hello }}\n{Routes}");
        await using var up = tiny.Start(["up", system, .. AnyPorts, "--quiet"]);
        await TinySystem.UntilAsync(() => Task.FromResult(up.Error.Length > 0), "what is missing");

        Assert.Equal("The gateway has not heard of hello (0 of 2) within 10 s; requests to what has not registered are refused.\n", up.Error);
    }

    [Fact]
    public async Task A_port_in_use_is_told_before_anything_starts()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var system = tiny.Make("taken", "services:\n  hello: { project: ../hello }\ngateway: {}\n");

        var up = await tiny.RunAsync("up", system, "--server-port", "0", "--gateway-port", $"{port}");

        Assert.Equal((1, $"Port {port} of the gateway is in use by another program; use --gateway-port, or stop that program.\n"), (up.Code, up.Error));
        Assert.Empty(ProcessesOf(system));
    }

    [Fact]
    public async Task A_failed_build_shows_the_compilers_errors_once()
    {
        tiny.Write("broken/broken.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup></Project>");
        tiny.Write("broken/Program.cs", "System.Console.WriteLine(missing);\n");
        var system = tiny.Make("broken", "services:\n  broken: { project: broken.csproj }\n", takeOverBuild: false);

        var up = await tiny.RunAsync(["up", system, .. AnyPorts]);

        Assert.Equal((1, "The build failed.\nProgram.cs(1,26): error CS0103: The name 'missing' does not exist in the current context\n"), (up.Code, up.Error));
    }

    [Fact]
    public async Task A_service_left_out_is_explained_and_not_started()
    {
        var system = tiny.Make("partly", "services:\n  hello: { project: ../hello, environment: { GREETING: good day } }\n  other: { project: ../hello }\n");
        await using var up = tiny.Start(["up", system, .. AnyPorts, "--except", "hello"]);
        await up.WaitForLineAsync("Data and logs are in");

        Assert.DoesNotContain(await tiny.PsAsync(system), row => row.Instance == "hello-1");
        Assert.Contains("export Portolan__InstanceId=hello-1\n", up.Out, StringComparison.Ordinal);
        Assert.Contains("export GREETING='good day'\n", up.Out, StringComparison.Ordinal);
        NativeProcess.TryTerminate(up.Pid);
        Assert.Equal(0, await up.ExitAsync());

        var wrong = await tiny.RunAsync("up", system, "--except", "helo");
        Assert.Equal((1, "--except helo: there is no such service; did you mean 'hello'?\n"), (wrong.Code, wrong.Error));
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    // Every process of a system has the folder in its command line or its environment; /proc shows both.
    private static IEnumerable<string> ProcessesOf(string system) =>
        Directory.Exists("/proc")
            ? Directory.EnumerateDirectories("/proc").Where(process => int.TryParse(Path.GetFileName(process), out _)).Where(process => Mentions(process, system + "/"))
            : [];

    private static bool Mentions(string process, string text)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(text, StringComparison.Ordinal)
                || File.ReadAllText(Path.Combine(process, "environ")).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
