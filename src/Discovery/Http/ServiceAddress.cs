using System.Net;

namespace Portolan.Discovery.Http;

/// <summary>Tells names of services from other addresses.</summary>
internal static class ServiceAddress
{
    /// <summary>True for <c>http://inventory/…</c>; false where a port, a dot, an IP address, localhost or TLS says exactly where.</summary>
    public static bool IsService(Uri uri) =>
        uri.IsAbsoluteUri
        && uri.Scheme == Uri.UriSchemeHttp
        && uri.IsDefaultPort
        && uri.HostNameType == UriHostNameType.Dns
        && IsName(uri.Host)
        && uri.Host != "localhost";

    /// <summary>True for what a service may be called.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= 63
        && name[0] != '-'
        && name[^1] != '-'
        && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    /// <summary>The same request at an instance.</summary>
    public static Uri At(Uri named, ServiceInstance instance)
    {
        var host = IPAddress.TryParse(instance.Host, out var address) && instance.Host.Contains(':') ? $"[{address}]" : instance.Host;
        return new Uri($"http://{host}:{instance.Port}{named.PathAndQuery}");
    }
}
