using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Cli.Terminal;
using Portolan.Core.Processes;
using Portolan.Discovery;
using Portolan.Observability.Logs;
using Portolan.Proxy;
using Portolan.Proxy.Sidecar;

namespace Portolan.Cli.Serving;

/// <summary>
/// The sidecar as a process, of three hosts. They start in the order in which they need each other, and stop in the other:
/// (1) out, which the application may need to start; (2) in; (3) the registration, so that what is registered works, and what
/// stops is registered no more.
/// </summary>
internal static class SidecarProcess
{
    public const string Name = "sidecar";

    // An orchestrator waits 30 s and more; 'up' does not, and LoopbackApp knows its time.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    public static async Task<int> RunAsync(SidecarOptions options, Screen screen, TimeProvider time, CancellationToken cancellationToken)
    {
        using var health = new AppHealth(options.App, options.HealthPath, time);
        await using var outbound = Outbound(options, time);
        await using var inbound = Inbound(options, health, time);
        await outbound.StartAsync(cancellationToken);
        await inbound.StartAsync(cancellationToken);
        using var registration = Registration(options, health, time);
        health.Logger = registration.Services.GetRequiredService<ILogger<AppHealth>>();
        using var app = await StartAsync(options, screen, time, registration, [inbound, outbound]);
        await registration.RunAsync(cancellationToken);

        await inbound.StopAsync(CancellationToken.None);
        var code = app is null ? 0 : await app.StopAsync();
        await outbound.StopAsync(CancellationToken.None);
        return code;
    }

    private static async Task<SidecarApp?> StartAsync(SidecarOptions options, Screen screen, TimeProvider time, IHost registration, WebApplication[] ways)
    {
        try
        {
            return options.Command.Count == 0 ? null : SidecarApp.Start(options, screen, time, registration.Services.GetRequiredService<IHostApplicationLifetime>());
        }
        catch (CliException)
        {
            // Somebody may be asking already whether it is well.
            foreach (var way in ways)
            {
                await way.StopAsync(CancellationToken.None);
            }

            throw;
        }
    }

    private static WebApplication Inbound(SidecarOptions options, AppHealth health, TimeProvider time)
    {
        var builder = CreateBuilder(options.Port, "--port", time);
        builder.Services.AddInbound(options.Service, options.App, health);
        var app = builder.Build();
        app.UseInbound();
        return app;
    }

    private static WebApplication Outbound(SidecarOptions options, TimeProvider time)
    {
        var builder = CreateBuilder(options.OutboundPort, "--outbound-port", time);
        builder.Services.AddDiscovery(discovery => discovery.Server = options.Server);
        builder.Services.AddOutbound();
        var app = builder.Build();
        app.UseOutbound();
        return app;
    }

    private static IHost Registration(SidecarOptions options, AppHealth health, TimeProvider time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = Name });
        builder.Logging.AddPortolanLogs(Name);
        builder.Services.AddSingleton(time);
        builder.Services.AddDiscovery(discovery =>
        {
            discovery.Server = options.Server;
            discovery.Heartbeat = options.Interval;
        });
        builder.Services.AddServiceRegistration(registration =>
        {
            registration.Service = options.Service;
            registration.InstanceId = options.Id;
            registration.Port = options.Port;
            registration.Status = (_, cancellationToken) => health.StatusAsync(cancellationToken);
            foreach (var (name, value) in options.Metadata)
            {
                registration.Metadata[name] = value;
            }
        });
        SupervisedLifetime.UseWhereSupervised(builder.Services);
        builder.Services.Configure<ConsoleLifetimeOptions>(BeSilent);
        return builder.Build();
    }

    // That a host has started is told where it listens; three hosts would tell it three times more.
    private static void BeSilent(ConsoleLifetimeOptions console) => console.SuppressStatusMessages = true;

    private static WebApplicationBuilder CreateBuilder(int port, string option, TimeProvider time)
    {
        var builder = LoopbackApp.CreateBuilder(Name, port, option);
        builder.Services.AddSingleton(time);
        builder.Services.Configure<ConsoleLifetimeOptions>(BeSilent);
        if (!SupervisedLifetime.IsSupervised)
        {
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        }

        return builder;
    }
}
