using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.FaultInjection;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.FaultInjection;

/// <summary>A server on a clock that stands still, whose every path answers "fine", with faults and their endpoints; keeps its log.</summary>
internal sealed class FaultServer : IAsyncDisposable, ILoggerProvider, ILogger
{
    private readonly List<string> log = [];
    private WebApplication app = null!;

    public VirtualClock Clock { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public Faults Faults => app.Services.GetRequiredService<Faults>();

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (log)
            {
                return [.. log.Where(line => line.StartsWith("Operator", StringComparison.Ordinal))];
            }
        }
    }

    public static async Task<FaultServer> StartAsync(string environment = "Development", FaultOptions? options = null)
    {
        var server = new FaultServer();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders().AddProvider(server);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(server.Clock).AddFaultInjection(options);
        server.app = builder.Build();
        server.app.UseFaultInjection();
        server.app.MapFaults();
        server.app.MapFallback(() => "fine");
        await server.app.StartAsync();
        server.Http = new HttpClient { BaseAddress = new Uri(server.app.Urls.Single()) };
        return server;
    }

    public Task<HttpResponseMessage> PutAsync(string name, object body) =>
        Http.PutAsJsonAsync($"/portolan/faults/{name}", body, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        return app.DisposeAsync();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (log)
        {
            log.Add(formatter(state, exception));
        }
    }
}
