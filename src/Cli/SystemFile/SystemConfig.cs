using Portolan.Proxy.Configuration;

namespace Portolan.Cli.SystemFile;

/// <summary>A system as its <c>system.yaml</c> describes it, checked.</summary>
/// <param name="Name">Shown to people; the folder's name where the file gives none.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Services">In the file's order.</param>
/// <param name="Gateway">Null where the system has none.</param>
/// <param name="ServerPort">Where the control plane listens.</param>
internal sealed record SystemConfig(
    string Name, string Folder, IReadOnlyList<ServiceConfig> Services, GatewaySection? Gateway, int ServerPort)
{
    public const string FileName = "system.yaml";
    public const int DefaultServerPort = 8500;
    public const int DefaultGatewayPort = 8080;
}

/// <summary>One service and how many processes of it run.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens.</param>
/// <param name="Project">Absolute path of the project file; empty where a command starts it.</param>
/// <param name="Instances">1 to 32.</param>
/// <param name="Port">Of the first instance, the next ones follow; null picks free ones.</param>
/// <param name="Environment">Added to what every service gets.</param>
internal sealed record ServiceConfig(
    string Name, string Project, int Instances, int? Port, IReadOnlyDictionary<string, string> Environment)
{
    public const int MaximumInstances = 32;

    /// <summary>Starts it, in any language, behind a sidecar; empty for a project.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Absolute; where it runs.</summary>
    public string Folder { get; init; } = "";

    /// <summary>What the sidecar asks it to see whether it is well; null for a connection alone.</summary>
    public string? HealthPath { get; init; }
}

/// <summary>The gateway's port and what it does.</summary>
internal sealed record GatewaySection(int Port, GatewayConfig Config)
{
    /// <summary>Ports where it listens too.</summary>
    public IReadOnlyList<int> Listeners { get; init; } = [];
}
