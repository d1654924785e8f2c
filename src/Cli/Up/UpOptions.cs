namespace Portolan.Cli.Up;

/// <summary>What the user asked of <c>portolan up</c>.</summary>
/// <param name="Folder">Has the <c>system.yaml</c>.</param>
/// <param name="Fresh">Begin without the data of earlier runs.</param>
/// <param name="NoBuild">Start what was built last, whatever changed since.</param>
/// <param name="StartTimeout">For everything to become healthy.</param>
/// <param name="GatewayPort">Instead of the file's; 0 picks a free one.</param>
/// <param name="ServerPort">Instead of the file's; 0 picks a free one.</param>
/// <param name="Except">Services that the user starts by hand.</param>
/// <param name="Quiet">Do not show the services' logs.</param>
internal sealed record UpOptions(
    string Folder,
    bool Fresh,
    bool NoBuild,
    string Configuration,
    TimeSpan StartTimeout,
    int? GatewayPort,
    int? ServerPort,
    IReadOnlyList<string> Except,
    bool Quiet);
