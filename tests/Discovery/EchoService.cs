using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portolan.Discovery.Tests;

/// <summary>A service on a port of its own that answers who it is and what it was sent.</summary>
internal sealed class EchoService : IAsyncDisposable
{
    private readonly WebApplication application;

    private EchoService(WebApplication application) => this.application = application;

    public int Port => new Uri(application.Urls.First()).Port;

    public static async Task<EchoService> StartAsync(string name, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var application = builder.Build();
        application.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            await context.Response.WriteAsync(
                $"{name} {context.Request.Path}{context.Request.QueryString} {await reader.ReadToEndAsync()} {headers["X-Correlation-ID"]} {headers["X-Parent-Request-ID"]} {headers["X-Feature-Flags"]}".TrimEnd());
        });
        await application.StartAsync();
        return new EchoService(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
