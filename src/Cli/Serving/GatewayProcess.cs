using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portolan.Cli.SystemFile;
using Portolan.Core.Processes;
using Portolan.Discovery;
using Portolan.Proxy;

namespace Portolan.Cli.Serving;

/// <summary>The gateway as a process.</summary>
internal static class GatewayProcess
{
    public const string Name = "gateway";

    // What runs may take so long to end when the gateway stops; an orchestrator waits a little longer.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(string path, Uri server, int? port, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = GatewayFiles.Read(path);
        var builder = LoopbackApp.CreateBuilder(Name, port ?? file.Port ?? SystemConfig.DefaultGatewayPort);
        builder.Services.AddSingleton(time);
        builder.Services.AddDiscovery(discovery => discovery.Server = server);
        builder.Services.AddGatewayFile(path, file);
        if (!SupervisedLifetime.IsSupervised)
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        }

        await using var app = builder.Build();
        app.UseGateway();
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
