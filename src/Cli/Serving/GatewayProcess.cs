using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
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
        RunCompletionsInline();
        var gateway = SystemFileReader.ReadForGateway(file).Gateway
            ?? throw new CliException($"'{file}' has no section 'gateway'. Describe the routes there; see the guide's page on the gateway.");
        var chosen = port ?? gateway.Port;
        var builder = LoopbackApp.CreateBuilder(Name, chosen);
        builder.Services.AddSingleton(time);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.AddDiscovery(discovery =>
        {
            discovery.Server = server;
            foreach (var service in gateway.Config.Services.Where(service => service.Addresses.Count > 0))
            {
                discovery.Services[service.Name] = [.. service.Addresses];
            }
        });
        builder.Services.AddGateway(gateway.Config);
        await using var app = builder.Build();
        app.UseGateway();
        await app.RunAsync(cancellationToken);
        return 0;
    }

    // What a socket has done goes on where the system says so, not on another thread: with the server's inline scheduling that
    // is a third of what a request costs. Read once, so before any socket is used; and nothing in this process may block.
    private static void RunCompletionsInline() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
