using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.SystemFile;
using Portolan.Core.Processes;

namespace Portolan.Cli.Up;

/// <summary>When a process is stopped: first no new requests come in, then the services finish, then the rest goes.</summary>
internal enum StopStage
{
    Gateway,
    Service,
    Server,
}

/// <summary>One process of a system, before it runs.</summary>
/// <param name="Name">The service, or <c>server</c> or <c>gateway</c>.</param>
/// <param name="Instance">Unique in the system.</param>
/// <param name="Port">Null where a free one is picked at start.</param>
/// <param name="Launch">How to start it on a port.</param>
internal sealed record ProcessPlan(string Name, string Instance, StopStage Stage, int? Port, Func<int, LaunchSpec> Launch);

/// <summary>Everything that <c>up</c> starts, and with what environment.</summary>
internal sealed class SystemPlan(SystemConfig system, SystemPaths paths, int serverPort, int? gatewayPort)
{
    public const string ServerName = "server";
    public const string GatewayName = "gateway";

    private static readonly Dictionary<string, string> Supervised = new() { [SupervisedLifetime.EnvironmentVariable] = "1" };

    public string ServerAddress { get; } = $"http://127.0.0.1:{serverPort}";

    public string? GatewayAddress { get; } = gatewayPort is null ? null : $"http://127.0.0.1:{gatewayPort}";

    /// <summary>Server, services, gateway: the order in which they are useful to each other.</summary>
    public IReadOnlyList<ProcessPlan> Processes(IReadOnlyDictionary<string, string> programs, IReadOnlyCollection<string> except)
    {
        var services = system.Services
            .Where(service => !except.Contains(service.Name))
            .SelectMany(service => Enumerable.Range(1, service.Instances).Select(number => service.Command.Count > 0 ? Behind(service, number) : Service(service, number, programs[service.Project])));
        return [Server(), .. services, .. gatewayPort is { } port ? new[] { Gateway(port) } : []];
    }

    /// <summary>What an instance finds in its environment, apart from being supervised.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(ServiceConfig service, int number, int port)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["Portolan__Store"] = $"sqlite:{Path.Combine(paths.Data, service.Name + ".db")}",
            ["Portolan__Bus"] = $"sqlite:{paths.Bus}{Path.DirectorySeparatorChar}",
            ["Portolan__Server"] = ServerAddress,
            ["Portolan__InstanceId"] = $"{service.Name}-{number}",
            ["Portolan__Heartbeat"] = "00:00:02",
        };
        foreach (var (name, value) in service.Environment)
        {
            environment[name] = value;
        }

        return environment;
    }

    private ProcessPlan Service(ServiceConfig service, int number, string program) =>
        new(service.Name, $"{service.Name}-{number}", StopStage.Service, service.Port + number - 1, port => new LaunchSpec(
            DotnetHost.Path,
            ["exec", program],
            service.Folder,
            With(EnvironmentOf(service, number, port))));

    // The sidecar is the process, and starts the program beside it: one lives as long as the other.
    private ProcessPlan Behind(ServiceConfig service, int number)
    {
        string[] health = service.HealthPath is { } path ? ["--health-path", path] : [];
        return new(service.Name, $"{service.Name}-{number}", StopStage.Service, service.Port + number - 1, port => DotnetHost.Again(
            [
                "sidecar", "--service", service.Name, "--id", $"{service.Name}-{number}", "--port", $"{port}", "--outbound-port", "0",
                "--server", ServerAddress, "--interval", "2", .. health, "--", .. service.Command,
            ],
            service.Folder,
            With(service.Environment)));
    }

    private ProcessPlan Server() =>
        new(ServerName, ServerName, StopStage.Server, serverPort, port => DotnetHost.Again(
            ["server", "--port", $"{port}", "--store", $"sqlite:{Path.Combine(paths.Data, "server.db")}"], paths.Folder, Supervised));

    private ProcessPlan Gateway(int fixedPort) =>
        new(GatewayName, GatewayName, StopStage.Gateway, fixedPort, port => DotnetHost.Again(
            ["gateway", "--config", Path.Combine(paths.Folder, SystemConfig.FileName), "--server", ServerAddress, "--port", $"{port}"], paths.Folder, Supervised));

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> environment) =>
        new(environment) { [SupervisedLifetime.EnvironmentVariable] = "1" };
}
