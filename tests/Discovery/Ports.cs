using System.Net;
using System.Net.Sockets;

namespace Portolan.Discovery.Tests;

internal static class Ports
{
    /// <summary>A port where nobody listens.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
