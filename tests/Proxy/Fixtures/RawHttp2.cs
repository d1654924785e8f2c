using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>HTTP/2 frame by frame, with fields that no client library would send.</summary>
public sealed class RawHttp2 : IDisposable
{
    private readonly Stream stream;

    private RawHttp2(Stream stream) => this.stream = stream;

    /// <summary>Connects without TLS, as who knows that it is HTTP/2.</summary>
    public static async Task<RawHttp2> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        return await OverAsync(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Begins on a connection that is there.</summary>
    public static async Task<RawHttp2> OverAsync(Stream stream)
    {
        var client = new RawHttp2(stream);
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await client.SendAsync(4, 0, 0, []);
        return client;
    }

    /// <summary>Fields as they are, each a literal that is not indexed.</summary>
    public Task SendHeadersAsync(int number, bool end, params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            Append(block, name);
            Append(block, value);
        }

        return SendAsync(1, (byte)(end ? 5 : 4), number, [.. block]);
    }

    public Task SendDataAsync(int number, bool end, string text) => SendAsync(0, (byte)(end ? 1 : 0), number, Encoding.Latin1.GetBytes(text));

    /// <summary>What became of the stream: its status, or <c>reset</c>, or <c>gone</c> with the connection.</summary>
    public async Task<string> ResultAsync(int number)
    {
        while (await ReadAsync(9) is { } head)
        {
            var payload = await ReadAsync((head[0] << 16) | (head[1] << 8) | head[2]);
            var of = ((head[5] & 0x7f) << 24) | (head[6] << 16) | (head[7] << 8) | head[8];
            switch (head[3])
            {
                case 1 when of == number && payload is not null:
                    return Status(payload);
                case 3 when of == number:
                    return "reset";
                case 7:
                    return "gone";
                case 4 when head[4] == 0:
                    await SendAsync(4, 1, 0, []);
                    break;
            }
        }

        return "gone";
    }

    public void Dispose() => stream.Dispose();

    // The server begins each block with the status: indexed where HPACK has it in its table, else as a literal with that name.
    private static string Status(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xe0) == 0x20)
        {
            at++;
        }

        return block[at] switch
        {
            0x88 => "200",
            0x89 => "204",
            0x8a => "206",
            0x8b => "304",
            0x8c => "400",
            0x8d => "404",
            0x8e => "500",
            _ => Encoding.ASCII.GetString(block, at + 2, 3),
        };
    }

    private static void Append(List<byte> block, string text)
    {
        // Seven bits of length, and the rest in one more byte: enough for a test.
        if (text.Length < 127)
        {
            block.Add((byte)text.Length);
        }
        else
        {
            block.AddRange([127, (byte)(text.Length - 127)]);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private async Task SendAsync(byte type, byte flags, int number, byte[] payload)
    {
        byte[] head =
        [
            (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags,
            (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number,
        ];
        try
        {
            await stream.WriteAsync((byte[])[.. head, .. payload]);
        }
        catch (IOException)
        {
            // It has had enough; what it said before can still be read.
        }
    }

    private async Task<byte[]?> ReadAsync(int count)
    {
        var bytes = new byte[count];
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        try
        {
            for (var have = 0; have < count;)
            {
                var more = await stream.ReadAsync(bytes.AsMemory(have), time.Token);
                if (more == 0)
                {
                    return null;
                }

                have += more;
            }

            return bytes;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
