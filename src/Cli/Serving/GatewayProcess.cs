using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portolan.Cli.SystemFile;
using Portolan.Discovery;
using Portolan.Proxy;

namespace Portolan.Cli.Serving;

/// <summary>The gateway as a process.</summary>
internal static class GatewayProcess
{
    public const string Name = "gateway";

    public static async Task<int> RunAsync(string file, Uri server, int? port, TimeProvider time, CancellationToken cancellationToken)
    {
        var gateway = SystemFileReader.ReadForGateway(file).Gateway
            ?? throw new CliException($"'{file}' has no section 'gateway'. Describe the routes there; see the guide's page on the gateway.");
        var chosen = port ?? gateway.Port;
        var builder = LoopbackApp.CreateBuilder(Name, chosen);
        builder.Services.AddSingleton(time);
        builder.Services.AddDiscovery(discovery => discovery.Server = server);
        builder.Services.AddGateway(gateway.Config);
        await using var app = builder.Build();
        app.UseGateway();
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
