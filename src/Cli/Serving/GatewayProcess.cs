using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Cli.Operator;
using Portolan.Cli.SystemFile;
using Portolan.Core.Processes;
using Portolan.Discovery;
using Portolan.Proxy;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Cli.Serving;

/// <summary>The gateway as a process.</summary>
internal static partial class GatewayProcess
{
    public const string Name = "gateway";

    // What runs may take so long to end when the gateway stops; an orchestrator waits a little longer.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(string path, Uri? named, int? port, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = GatewayFiles.Read(path, files: true, opens: true);
        var builder = LoopbackApp.CreateBuilder(Name, port ?? file.Port ?? SystemConfig.DefaultGatewayPort);
        builder.Services.AddSingleton(time);

        // Nobody is asked for what the file says itself.
        var server = named ?? (file.Config.Unplaced.Count > 0 ? new Uri(ServerClient.DefaultAddress) : null);

        // Which file, and which server, is said in its place.
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddDiscovery(discovery => discovery.Server = server);
        try
        {
            builder.Services.AddGatewayFile(path, file);
        }
        catch (UpstreamTlsException unusable)
        {
            throw new CliException($"{path}: {unusable.Message}");
        }

        Listen(builder.Services, file.Listeners, path, time);
        if (!SupervisedLifetime.IsSupervised)
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        }

        await using var app = builder.Build();
        app.UseGateway();
        var routes = file.Config.Routes.Count;
        Log.Starting(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GatewayProcess).FullName!), path, routes == 1 ? "1 route" : $"{routes} routes", server is null ? "asks nobody for services" : $"asks the server at {server} for services");
        await app.RunAsync(cancellationToken);
        return 0;
    }

    private static void Listen(IServiceCollection services, IReadOnlyList<ListenerConfig> listeners, string path, TimeProvider time)
    {
        try
        {
            services.AddListeners(listeners, Path.GetDirectoryName(Path.GetFullPath(path))!, time);
        }
        catch (CertificateFileException unusable)
        {
            throw new CliException($"{path}: {unusable.Message}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The gateway has {Routes} of {File}, and {Asks}", EventName = "GatewayStarting")]
        public static partial void Starting(ILogger logger, string file, string routes, string asks);
    }
}
