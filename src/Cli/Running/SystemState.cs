using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portolan.Cli.Running;

/// <summary>A running system as it is written to <c>.portolan/system.json</c> for other programs to read.</summary>
/// <param name="Pid">Of the <c>up</c> that runs it.</param>
/// <param name="Server">Address of the control plane.</param>
/// <param name="Gateway">Null where the system has none.</param>
internal sealed record SystemState(
    string Name, string Folder, int Pid, string Server, string? Gateway, IReadOnlyList<ProcessState> Instances);

/// <summary>One process of the system.</summary>
/// <param name="Name">The service, or <c>server</c> or <c>gateway</c>.</param>
/// <param name="Instance">Unique in the system, such as <c>orders-1</c>.</param>
/// <param name="Pid">Null between a crash and the next start.</param>
/// <param name="Restarts">How often it was started again after a crash.</param>
internal sealed record ProcessState(string Name, string Instance, int? Pid, int Port, int Restarts);

/// <summary>A row of <c>ps --json</c>.</summary>
internal sealed record ProcessReport(string Name, string Instance, int? Pid, int Port, bool Healthy, long ResidentBytes, int Restarts);

/// <summary>Where the per-user index says that a system's folder is.</summary>
internal sealed record IndexEntry(string Name, string Folder);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(SystemState))]
[JsonSerializable(typeof(IndexEntry))]
[JsonSerializable(typeof(IReadOnlyList<ProcessReport>))]
internal sealed partial class RunningJson : JsonSerializerContext;
