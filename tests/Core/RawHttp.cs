using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portolan.Core.Tests;

/// <summary>A real server on a free port of this machine, spoken to byte by byte, so that any header can be told a lie in.</summary>
internal sealed class RawHttp : IAsyncDisposable
{
    private readonly WebApplication app;

    private RawHttp(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.First()).Port;

    public static async Task<RawHttp> StartAsync(RequestDelegate handle, string address = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://{address}:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new RawHttp(app);
    }

    /// <summary>Sends the lines of one request and returns the whole answer.</summary>
    public async Task<string> SendAsync(IPAddress to, params string[] lines)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(to, Port));
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", [.. lines, "Connection: close", "", ""])));
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync();
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
