using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Portolan.Cli.Tests;

/// <summary>A server on a port that was free.</summary>
internal sealed class TestServer(WebApplication app) : IAsyncDisposable
{
    /// <summary>Ends with a slash.</summary>
    public string Url => app.Urls.Single() + "/";

    public static async Task<TestServer> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(handler);
        await app.StartAsync();
        return new TestServer(app);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
