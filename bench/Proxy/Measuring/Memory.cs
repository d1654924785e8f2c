using System.Net.Sockets;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>Memory of a process that has just begun and answered a few, and what connections cost it that rest.</summary>
internal sealed class Memory(Output output)
{
    private const int Known = 100;
    private const int More = 1000;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(2);

    public async Task MeasureAsync(IReadOnlyList<Contender> contenders, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, (double Idle, double Connections)>();
        foreach (var contender in contenders)
        {
            seen[contender.Name] = await OfAsync(contender, cancellationToken);
        }

        var ours = seen[contenders[0].Name];
        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("idle-memory", ours.Idle, "MB", peer.Name, seen[peer.Name].Idle));
        }

        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("idle-connections", ours.Connections, "MB for 1,000", peer.Name, seen[peer.Name].Connections));
        }
    }

    private static async Task<(double Idle, double Connections)> OfAsync(Contender contender, CancellationToken cancellationToken)
    {
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(Known);
            await Task.Delay(Calm, TimeProvider.System, cancellationToken);
            var idle = contender.Process!.ResidentBytes;
            await OpenAsync(More);
            await Task.Delay(Calm, TimeProvider.System, cancellationToken);
            return (idle / 1e6, (contender.Process.ResidentBytes - idle) / 1e6 * 1000 / More);
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        async Task OpenAsync(int count)
        {
            for (var number = 0; number < count; number++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync("127.0.0.1", contender.Process!.Port, cancellationToken);
                await socket.SendAsync("GET /small HTTP/1.1\r\nHost: bench\r\n\r\n"u8.ToArray(), cancellationToken);
                await ReadAsync(socket, cancellationToken);
            }
        }
    }

    private static async Task ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var read = 0;
        while (read < Backend.Small || !buffer.AsSpan(0, read).EndsWith("}"u8))
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(read), cancellationToken);
            read += count > 0 ? count : throw new BenchException("A connection ended within its first answer.");
        }
    }
}
