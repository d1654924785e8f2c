using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A service behind the gateway: a real server with one handler.</summary>
public sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication app;

    private Upstream(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    public static Task<Upstream> StartAsync(RequestDelegate handler) => StartAsync(_ => { }, handler);

    public static async Task<Upstream> StartAsync(Action<WebApplication> use, RequestDelegate handler, HttpProtocols protocols = HttpProtocols.Http1, int port = 0, string? socket = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(socket is null ? $"http://127.0.0.1:{port}" : $"http://unix:{socket}");
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;

            // How slow anybody may be is the gateway's to say here: on a busy machine a service would be first.
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols);
        });
        var app = builder.Build();
        use(app);
        app.Run(handler);
        await app.StartAsync();
        return new Upstream(app);
    }

    /// <summary>Answers with the request as it arrived: the raw target, then a line per header, then the body.</summary>
    public static Task<Upstream> StartEchoAsync() => StartAsync(async context =>
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var lines = new List<string> { $"{request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget}" };
        lines.AddRange(request.Headers.SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}")));
        await context.Response.WriteAsync(string.Join('\n', lines) + "\n\n" + body);
    });

    /// <summary>Ends it the way a process ends that was asked to.</summary>
    public Task StopAsync() => app.StopAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
