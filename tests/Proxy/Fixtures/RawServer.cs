using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A service that says what no decent server would: the test has the socket.</summary>
public sealed class RawServer : IDisposable
{
    private static readonly ConcurrentBag<Socket> Taken = [];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Socket, Task> serve;

    public RawServer(Func<Socket, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://{listener.LocalEndpoint}";

    /// <summary>An address where nothing listens: taken, so that nobody else comes to listen there while the tests run.</summary>
    public static string NobodyThere()
    {
        var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Taken.Add(taken);
        return $"http://{taken.LocalEndPoint}";
    }

    /// <summary>Reads the head of a request, then sends <paramref name="answer"/> and closes.</summary>
    public static Func<Socket, Task> Answering(string answer) => async socket =>
    {
        await ReadHeadAsync(socket);
        await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
        socket.Shutdown(SocketShutdown.Both);
    };

    public static async Task<string> ReadHeadAsync(Socket socket)
    {
        var head = "";
        var buffer = new byte[4096];
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var length = await socket.ReceiveAsync(buffer);
            if (length == 0)
            {
                break;
            }

            head += Encoding.ASCII.GetString(buffer, 0, length);
        }

        return head;
    }

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptSocketAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            await serve(socket);
        }
    }
}
