using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Portolan.Proxy.Sidecar;

/// <summary>Where the application beside a sidecar listens.</summary>
internal sealed class AppAddress
{
    private const string Unix = "unix:";
    private readonly string text;

    private AppAddress(string text, Uri url, EndPoint endPoint) => (this.text, Url, EndPoint) = (text, url, endPoint);

    /// <summary>What requests to it name; of a socket in the file system only in form.</summary>
    public Uri Url { get; }

    public EndPoint EndPoint { get; }

    /// <summary>Reads <c>127.0.0.1:5000</c>, <c>http://127.0.0.1:5000</c>, <c>:5000</c> and <c>unix:/run/app.sock</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AppAddress? address)
    {
        address = null;
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            address = text.Length > Unix.Length ? new AppAddress(text, new Uri("http://localhost/"), new UnixDomainSocketEndPoint(text[Unix.Length..])) : null;
            return address is not null;
        }

        var whole = text.StartsWith(':') ? "http://127.0.0.1" + text : text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (Uri.TryCreate(whole, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/" && url.UserInfo.Length == 0)
        {
            EndPoint endPoint = IPAddress.TryParse(url.Host.Trim('[', ']'), out var number) ? new IPEndPoint(number, url.Port) : new DnsEndPoint(url.IdnHost, url.Port);
            address = new AppAddress(url.GetLeftPart(UriPartial.Authority), url, endPoint);
        }

        return address is not null;
    }

    /// <summary>As discovery takes it.</summary>
    public override string ToString() => text;
}
