using System.Diagnostics.CodeAnalysis;
using System.Net;
using Portolan.Discovery;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Sidecar;

/// <summary>Where the application beside a sidecar listens.</summary>
internal sealed class AppAddress
{
    private readonly string text;

    private AppAddress(string text, Uri url, EndPoint endPoint) => (this.text, Url, EndPoint) = (text, url, endPoint);

    /// <summary>What requests to it name; of a socket in the file system only in form.</summary>
    public Uri Url { get; }

    public EndPoint EndPoint { get; }

    /// <summary>Reads <c>127.0.0.1:5000</c>, <c>http://127.0.0.1:5000</c>, <c>:5000</c> and <c>unix:/run/app.sock</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AppAddress? address)
    {
        address = null;
        if (UnixAddress.Is(text))
        {
            // Of a command line: relative to where that was given.
            var whole = UnixAddress.PathOf(text) is { Length: > 0 } path ? UnixAddress.Of(Path.GetFullPath(path)) : text;
            address = UnixAddress.IsValid(whole) ? new AppAddress(whole, new Uri("http://localhost/"), UpstreamSocket.Of(whole, 0)) : null;
            return address is not null;
        }

        var absolute = text.StartsWith(':') ? "http://127.0.0.1" + text : text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (Uri.TryCreate(absolute, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/" && url.UserInfo.Length == 0)
        {
            address = new AppAddress(url.GetLeftPart(UriPartial.Authority), url, UpstreamSocket.Of(url.IdnHost.Trim('[', ']'), url.Port));
        }

        return address is not null;
    }

    /// <summary>As discovery takes it.</summary>
    public override string ToString() => text;
}
