using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Edge;

/// <summary>Who the client is where proxies of one's own stand between it and the gateway.</summary>
internal static class ClientAddress
{
    /// <summary>
    /// Puts the client's address and scheme in the place of the nearest proxy's, once and for everybody: rate limits, logs and
    /// what services are told. Of <c>X-Forwarded-For</c> only as much is believed as trusted proxies wrote, counted from the right.
    /// </summary>
    public static void Restore(HttpContext context, int trustedHops)
    {
        var headers = context.Request.Headers;
        context.Connection.RemoteIpAddress = Find(headers["X-Forwarded-For"], context.Connection.RemoteIpAddress, trustedHops);
        if (LastOf(headers["X-Forwarded-Proto"]) is { } scheme && (scheme is "http" or "https"))
        {
            context.Request.Scheme = scheme;
        }
    }

    /// <summary>The address that the outermost trusted proxy saw; nearer ones where less was written, or something else than addresses.</summary>
    public static IPAddress? Find(StringValues forwardedFor, IPAddress? nearest, int trustedHops)
    {
        var found = nearest;
        for (var line = forwardedFor.Count - 1; line >= 0; line--)
        {
            var rest = forwardedFor[line].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (trustedHops-- == 0 || !TryRead(rest[(comma + 1)..].Trim(), out var address))
                {
                    return found;
                }

                found = address;
                if (comma < 0)
                {
                    break;
                }

                rest = rest[..comma];
            }
        }

        return found;
    }

    /// <summary>The address as a key: of IPv6 the network of 64 bits, of which one client has all addresses.</summary>
    public static string KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 16 ? Convert.ToHexString(bytes[..8]) : address.ToString();
    }

    // "203.0.113.7", "203.0.113.7:1234", "2001:db8::1", "[2001:db8::1]" and "[2001:db8::1]:1234" are all in use.
    private static bool TryRead(ReadOnlySpan<char> text, out IPAddress? address)
    {
        if (IPAddress.TryParse(text, out address))
        {
            return true;
        }

        address = IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address : null;
        return address is not null;
    }

    private static string? LastOf(StringValues values)
    {
        var text = values.Count == 0 ? null : values[^1];
        return text is null ? null : text[(text.LastIndexOf(',') + 1)..].Trim().ToLowerInvariant();
    }
}
