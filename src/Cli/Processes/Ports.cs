using System.Net;
using System.Net.Sockets;

namespace Portolan.Cli.Processes;

/// <summary>Finds ports on this machine that nobody listens on, and never hands out one twice.</summary>
internal sealed class Ports(Random random)
{
    /// <summary>Below the range from which operating systems take ports for outgoing connections.</summary>
    public const int First = 20_000;

    /// <summary>The last one that is picked.</summary>
    public const int Last = 29_999;

    private const int Attempts = 1_000;
    private readonly HashSet<int> given = [];
    private readonly Lock picking = new();

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Keeps a port that was given by the user from being picked.</summary>
    public void Reserve(int port)
    {
        lock (picking)
        {
            given.Add(port);
        }
    }

    /// <summary>A free port.</summary>
    public int Pick()
    {
        lock (picking)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                var port = random.Next(First, Last + 1);
                if (!given.Contains(port) && IsFree(port))
                {
                    given.Add(port);
                    return port;
                }
            }
        }

        throw new CliException($"No port from {First} to {Last} is free. Stop something, or give the services ports in system.yaml.");
    }
}
