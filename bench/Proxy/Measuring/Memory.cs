using System.Net.Sockets;
using Portolan.Bench.Proxy.Load;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>Memory of a process that has just begun and answered a few, and what connections cost it that rest.</summary>
internal static class Memory
{
    private const int Few = 100;
    private const int Many = 2000;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    public static async Task IdleAsync(IReadOnlyList<Contender> contenders, Output output, CancellationToken cancellationToken)
    {
        var idle = new Dictionary<string, double>();
        foreach (var contender in contenders)
        {
            await WithConnectionsAsync(contender, Few, () => Task.Delay(Calm, TimeProvider.System, cancellationToken), cancellationToken);
            idle[contender.Name] = contender.Process!.ResidentBytes / 1e6;
        }

        Report("idle-memory", "MB", idle, contenders, output);
    }

    /// <summary>After the floods, so that what a process takes once has been taken; and a flood each time, so that garbage of opening is gone.</summary>
    public static async Task ConnectionsAsync(IReadOnlyList<Contender> contenders, Client client, Output output, CancellationToken cancellationToken)
    {
        var each = new Dictionary<string, double>();
        foreach (var contender in contenders)
        {
            await client.FloodAsync(contender.Process!, "/small", 1);
            var before = contender.Process!.ResidentBytes;
            await WithConnectionsAsync(
                contender, Many,
                async () =>
                {
                    await client.FloodAsync(contender.Process!, "/small", 1);
                    each[contender.Name] = (contender.Process.ResidentBytes - before) / 1e6 * 1000 / Many;
                },
                cancellationToken);
        }

        Report("idle-connections", "MB for 1,000", each, contenders, output);
    }

    private static void Report(string name, string unit, Dictionary<string, double> seen, IReadOnlyList<Contender> contenders, Output output)
    {
        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure(name, seen[contenders[0].Name], unit, peer.Name, seen[peer.Name]));
        }
    }

    // Each has had one answer.
    private static async Task WithConnectionsAsync(Contender contender, int count, Func<Task> meanwhile, CancellationToken cancellationToken)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var number = 0; number < count; number++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync("127.0.0.1", contender.Process!.Port, cancellationToken);
                await socket.SendAsync("GET /small HTTP/1.1\r\nHost: bench\r\n\r\n"u8.ToArray(), cancellationToken);
                await ReadAsync(socket, cancellationToken);
            }

            await meanwhile();
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
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
