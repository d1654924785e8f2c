using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy;

/// <summary>How the server in front of a gateway meets strangers.</summary>
internal static class GatewayKestrel
{
    private static readonly ConnectionEncoding Connection = new();
    private static readonly LengthEncoding Length = new();

    public static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;

        // Byte for byte: header values are passed on, not understood. But for one, of which the server would drop a part, and one
        // that it would read too kindly.
        options.RequestHeaderEncodingSelector = name =>
            name == HeaderNames.Connection ? Connection : name == HeaderNames.ContentLength ? Length : Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
    }
}
