using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Cli.Processes;
using Portolan.Core.Processes;
using Portolan.Observability.Logs;

namespace Portolan.Cli.Serving;

/// <summary>A web application of this program: only this machine reaches it, and <c>up</c> may supervise it.</summary>
internal static class LoopbackApp
{
    // Longer than this a client may not keep a stopping process alive; 'up' waits for ten seconds for the whole system.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(3);

    /// <summary>Throws <see cref="CliException"/> when the port is taken: that is one sentence, the server's failure many lines.</summary>
    public static WebApplicationBuilder CreateBuilder(string name, int port, string option = "--port")
    {
        if (!Ports.IsFree(port))
        {
            throw new CliException($"Port {port} of the {name} is in use by another program; use {option}, or stop that program.");
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        InlineSockets.Use(builder.WebHost);
        builder.Logging.AddPortolanLogs(name);

        // It says nothing that our own lines do not; but as long as it might, it makes a scope for every request.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        SupervisedLifetime.UseWhereSupervised(builder.Services);
        return builder;
    }
}
