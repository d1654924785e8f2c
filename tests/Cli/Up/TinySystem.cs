using System.Diagnostics;
using System.Text.Json;
using Portolan.Cli.Processes;

namespace Portolan.Cli.Tests.Up;

/// <summary>
/// A folder with the smallest web service there is, and systems made of it. The first <c>up</c> builds it; the other
/// systems take over that build, so that the whole class costs one.
/// </summary>
public sealed class TinySystem : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder folder = new();

    /// <summary>Of the system that was built.</summary>
    public string Built => folder["built"];

    public string Home => folder["home"];

    public async ValueTask InitializeAsync()
    {
        folder.Write("hello/hello.csproj", """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
            </Project>
            """);
        folder.Write("hello/Program.cs", """
            Console.WriteLine($"hello from {Environment.GetEnvironmentVariable("Portolan__InstanceId")}");
            var mode = Environment.GetEnvironmentVariable("MODE");
            if (mode == "crash")
            {
                Console.Error.WriteLine("cannot go on");
                return 3;
            }

            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Lifetime.ApplicationStarted.Register(async () =>
            {
                if (mode == "late")
                {
                    // Like a service that takes its time after it is ready.
                    await Task.Delay(1000);
                    using var client = new HttpClient();
                    var own = $"{Environment.GetEnvironmentVariable("Portolan__Server")}/v1/services/hello/instances/{Environment.GetEnvironmentVariable("Portolan__InstanceId")}";
                    await client.PutAsync(own, new StringContent($"{{\"port\":{new Uri(app.Urls.First()).Port}}}", System.Text.Encoding.UTF8, "application/json"));
                }
            });
            app.MapGet("/health/ready", () => mode == "sick" ? Results.Text("not yet", statusCode: 503) : Results.Ok());
            new Thread(() =>
            {
                while (Console.In.Read() >= 0)
                {
                }

                app.Lifetime.StopApplication();
            }) { IsBackground = true }.Start();
            app.Run();
            return 0;
            """);
        Make("built", "services:\n  hello: { project: ../hello, instances: 2 }\ngateway: {}\n", takeOverBuild: false);

        // The one build of this class.
        await using var up = Start("up", Built, "--server-port", "0", "--gateway-port", "0", "--quiet");
        await up.WaitForLineAsync("Data and logs are in");
        NativeProcess.TryTerminate(up.Pid);
        Assert.Equal(0, await up.ExitAsync());
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A system in a folder of its own.</summary>
    public string Make(string name, string yaml, bool takeOverBuild = true)
    {
        folder.Write($"{name}/system.yaml", yaml);
        if (takeOverBuild)
        {
            folder.Write($"{name}/.portolan/build/stamp.json", File.ReadAllText(Path.Combine(Built, ".portolan/build/stamp.json")));
        }

        return folder[name];
    }

    /// <summary>Writes a file beside the systems.</summary>
    public void Write(string name, string text) => folder.Write(name, text);

    /// <summary>Starts the program as a user would.</summary>
    internal RunningProgram Start(params string[] arguments) => new(DotnetHost.Path, ["exec", Path.Combine(AppContext.BaseDirectory, "portolan.dll"), .. arguments], Home);

    /// <summary>Runs the program to its end.</summary>
    internal async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        var code = await program.ExitAsync();
        return (code, program.Out, program.Error);
    }

    /// <summary>What <c>ps --json</c> says.</summary>
    internal async Task<List<(string Instance, int Pid, int Port, bool Healthy, int Restarts)>> PsAsync(string system)
    {
        var (code, json, error) = await RunAsync("ps", system, "--json");
        Assert.True(code == 0, error);
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(row => (
            row.GetProperty("instance").GetString()!,
            row.GetProperty("pid").ValueKind == JsonValueKind.Null ? 0 : row.GetProperty("pid").GetInt32(),
            row.GetProperty("port").GetInt32(),
            row.GetProperty("healthy").GetBoolean(),
            row.GetProperty("restarts").GetInt32()))];
    }

    /// <summary>Polls until the condition holds.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var begun = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(begun.Elapsed < Patience, $"Waited {Patience.TotalSeconds} s for: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    internal static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
