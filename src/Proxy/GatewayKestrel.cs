using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portolan.Proxy;

/// <summary>How the server in front of a gateway meets strangers.</summary>
internal static class GatewayKestrel
{
    public static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;

        // Byte for byte: header values are passed on, not understood.
        options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
    }
}
