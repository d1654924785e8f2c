using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Correlation;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Messaging;

namespace Portolan.Hosting.Tests.Startup;

/// <summary>A whole service in this process, with parts as the source generator would make them, on a free port and with no server.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestService(WebApplication app, ConcurrentQueue<(Ping Ping, string? TraceId, string? CorrelationId)> handled)
    {
        this.app = app;
        Handled = handled;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public ConcurrentQueue<(Ping Ping, string? TraceId, string? CorrelationId)> Handled { get; }

    public HttpClient Client { get; }

    public IMessageBus Bus => app.Services.GetRequiredService<IMessageBus>();

    public static async Task<TestService> StartAsync(string folder, Action<PortolanOptions>? configure = null)
    {
        var handled = new ConcurrentQueue<(Ping, string?, string?)>();
        var builder = Builder(folder);
        PortolanHost.Add(builder, "pinger", Parts(handled), options =>
        {
            options.DrainDelay = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        var app = builder.Build();
        app.MapPortolan();
        await app.StartAsync();
        return new TestService(app, handled);
    }

    /// <summary>A builder whose content root is <paramref name="folder"/> and whose server is nowhere.</summary>
    public static WebApplicationBuilder Builder(string folder)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder, EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Portolan:Server"] = "http://127.0.0.1:9";
        return builder;
    }

    public static ServiceParts Parts(ConcurrentQueue<(Ping, string?, string?)> handled) => new(
        typeof(TestService).Assembly,
        [new MessageType("test.ping.v1", typeof(Ping), MessageKind.Command, null, null)],
        [
            new Handler("Pings.Ping", typeof(Ping), null, (context, _, _, _) =>
            {
                handled.Enqueue(((Ping)context.Message, CorrelationContext.TraceId, CorrelationContext.Current?.CorrelationId));
                return ValueTask.FromResult<object?>(null);
            }),
        ],
        []);

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
