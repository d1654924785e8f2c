using Portolan.Proxy.Sidecar;

namespace Portolan.Cli.Serving;

/// <summary>What a sidecar was asked for.</summary>
/// <param name="App">Where the application listens.</param>
/// <param name="Service">What it is called.</param>
/// <param name="Port">Where others reach it.</param>
/// <param name="OutboundPort">Where the application reaches others.</param>
/// <param name="Server">Who knows where the others are.</param>
/// <param name="HealthPath">What the application is asked to see whether it is well; null for a connection alone.</param>
/// <param name="Interval">How often that is.</param>
/// <param name="Id">Of the instance; null for one of service, machine and port.</param>
/// <param name="Metadata">Facts for the registry.</param>
/// <param name="Command">The application, where the sidecar starts it; else empty.</param>
internal sealed record SidecarOptions(
    AppAddress App,
    string Service,
    int Port,
    int OutboundPort,
    Uri Server,
    string? HealthPath,
    TimeSpan Interval,
    string? Id,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<string> Command);
