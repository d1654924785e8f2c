using System.Net;
using System.Text;

namespace Portolan.Bench.Proxy.Peers;

/// <summary>What stands behind every proxy: it answers at once, as cheaply as Kestrel can.</summary>
internal static class Backend
{
    /// <summary>Bytes of the small answer.</summary>
    public const int Small = 150;

    /// <summary>Bytes of the large answer.</summary>
    public const int Large = 1024 * 1024;

    public static async Task RunAsync(int port)
    {
        var small = Json(Small);
        var large = new byte[Large];
        Array.Fill(large, (byte)'x');
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });

        // Half of what the core beside the proxy's can do would go into handing requests from thread to thread.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        await using var app = builder.Build();
        app.Run(context => context.Request.Path.Value switch
        {
            "/large" => AnswerAsync(context.Response, large, "application/octet-stream", null),
            "/cached" => AnswerAsync(context.Response, small, "application/json", "public, max-age=3600"),
            _ => AnswerAsync(context.Response, small, "application/json", null),
        });
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpResponse response, byte[] body, string type, string? caching)
    {
        response.ContentType = type;
        response.ContentLength = body.Length;
        if (caching is not null)
        {
            response.Headers.CacheControl = caching;
        }

        await response.BodyWriter.WriteAsync(body);
    }

    private static byte[] Json(int length)
    {
        const string Start = "{\"orderId\":\"ord-01a1fbed9a2f7b42a6e7c05d1f8b3e77\",\"status\":\"confirmed\",\"note\":\"";
        return Encoding.ASCII.GetBytes($"{Start}{new string('n', length - Start.Length - 2)}\"}}");
    }
}
