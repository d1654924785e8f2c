using System.Net.Sockets;
using System.Text;

namespace Portolan.Bench.Soak;

/// <summary>WebSockets that are open and say nothing: sockets only, so that thousands cost this process little.</summary>
internal sealed class IdleWebSockets : IAsyncDisposable
{
    private const int AtATime = 50;

    // "hi" in one masked frame, with a key of zeros; and as it comes back.
    private static readonly byte[] Hello = [0x81, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i'];
    private static readonly byte[] Echo = [0x81, 0x02, (byte)'h', (byte)'i'];

    private readonly List<Socket> sockets = [];

    public static async Task<IdleWebSockets> OpenAsync(int port, int count, CancellationToken cancellationToken)
    {
        var all = new IdleWebSockets();
        while (all.sockets.Count < count)
        {
            all.sockets.AddRange(await Task.WhenAll(Enumerable.Range(0, Math.Min(AtATime, count - all.sockets.Count)).Select(_ => OpenAsync(port, "steady", cancellationToken))));
        }

        return all;
    }

    /// <summary>One that is open.</summary>
    public static async Task<Socket> OpenAsync(int port, string route, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port, cancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /{route}/socket HTTP/1.1\r\nHost: soak\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"), cancellationToken);
        var head = "";
        var buffer = new byte[2048];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken);
            head += length > 0 ? Encoding.ASCII.GetString(buffer, 0, length) : throw new IOException($"The connection ended instead of becoming a WebSocket: {head}");
        }

        return head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) ? socket : throw new IOException(head);
    }

    /// <summary>True when it says what was said.</summary>
    public static async Task<bool> AnswersAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[16];
        try
        {
            await socket.SendAsync(Hello, cancellationToken);
            var length = 0;
            while (length < Echo.Length && await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var more)
            {
                length += more;
            }

            return buffer.AsSpan(0, length).SequenceEqual(Echo);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<bool> AllAnswerAsync(CancellationToken cancellationToken)
    {
        foreach (var some in sockets.Chunk(AtATime))
        {
            if ((await Task.WhenAll(some.Select(socket => AnswersAsync(socket, cancellationToken)))).Contains(false))
            {
                return false;
            }
        }

        return true;
    }

    public ValueTask DisposeAsync()
    {
        // Half of them without a word.
        for (var number = 0; number < sockets.Count; number++)
        {
            sockets[number].LingerState = new LingerOption(number % 2 == 0, 0);
            sockets[number].Dispose();
        }

        sockets.Clear();
        return ValueTask.CompletedTask;
    }
}
