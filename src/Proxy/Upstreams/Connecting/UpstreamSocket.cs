using System.Net;
using System.Net.Sockets;
using System.Text;
using Portolan.Discovery;

namespace Portolan.Proxy.Upstreams.Connecting;

/// <summary>Addresses and sockets of instances: TCP's, and those in the file system.</summary>
internal static class UpstreamSocket
{
    // A name that nobody can have.
    private const string Reserved = ".unix.invalid";

    // What the domain name system allows between two dots is 63.
    private const int Label = 60;

    /// <summary>How old a connection may be when it is used again: its host's name may lead elsewhere by then.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    /// <summary>Where an instance is connected to.</summary>
    public static EndPoint Of(string host, int port) => UnixAddress.Is(host) ? new UnixDomainSocketEndPoint(UnixAddress.PathOf(host))
        : IPAddress.TryParse(host, out var number) ? new IPEndPoint(number, port)
        : new DnsEndPoint(host, port);

    /// <summary>A socket that can be connected there.</summary>
    public static Socket For(EndPoint address) => address is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>The address of a socket as a host, for the framework's client, which knows and pools hosts only.</summary>
    public static string NameOf(string address)
    {
        var digits = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(UnixAddress.PathOf(address)));
        return string.Join('.', digits.Chunk(Label).Select(label => new string(label))) + Reserved;
    }

    /// <summary>Where a host of the framework's client is connected to.</summary>
    public static EndPoint Of(DnsEndPoint host) => host.Host.EndsWith(Reserved, StringComparison.Ordinal)
        ? new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(Convert.FromHexString(host.Host[..^Reserved.Length].Replace(".", "", StringComparison.Ordinal))))
        : host;
}
