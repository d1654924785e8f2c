using System.Net.Sockets;

namespace Portolan.Discovery;

/// <summary>Addresses of sockets in the file system: <c>unix:/run/app.sock</c>. The proxy can reach them.</summary>
internal static class UnixAddress
{
    private const string Scheme = "unix:";

    /// <summary>True for what says that it is one.</summary>
    public static bool Is(string address) => address.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>The address of the socket at a path.</summary>
    public static string Of(string path) => Scheme + path;

    /// <summary>The path of one.</summary>
    public static string PathOf(string address) => address[Scheme.Length..];

    /// <summary>True when a socket can be there: a whole path, because a process may have been started anywhere, and not too long for the system.</summary>
    public static bool IsValid(string address)
    {
        try
        {
            return Is(address) && Path.IsPathFullyQualified(PathOf(address)) && new UnixDomainSocketEndPoint(PathOf(address)) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
