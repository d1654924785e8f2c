using System.Net;
using System.Net.WebSockets;

namespace Portolan.Bench.Soak;

/// <summary>The service behind the gateway, for those who behave and for those who do not.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly byte[] Large = new byte[1024 * 1024];

    private readonly WebApplication app;

    private Service(WebApplication app) => this.app = app;

    public int Port => new Uri(app.Urls.First()).Port;

    public static async Task<Service> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Run(context => context.WebSockets.IsWebSocketRequest ? EchoAsync(context) : AnswerAsync(context));
        await app.StartAsync();
        return new Service(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/steady/echo":
                context.Response.ContentLength = context.Request.ContentLength;
                await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                break;
            case "/steady/large" or "/rude/large":
                context.Response.ContentLength = Large.Length;
                await context.Response.Body.WriteAsync(Large, context.RequestAborted);
                break;
            case "/rude/reset":
                await context.Response.WriteAsync("half of it", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                break;
            case "/rude/never":
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                await context.Response.WriteAsync("hello", context.RequestAborted);
                break;
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = Array.Empty<byte>();
        try
        {
            while (true)
            {
                // Nothing is held while nothing comes.
                await socket.ReceiveAsync(Memory<byte>.Empty, context.RequestAborted);
                buffer = buffer.Length == 0 ? new byte[256] : buffer;
                var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The peer has left without a word.
        }
    }
}
