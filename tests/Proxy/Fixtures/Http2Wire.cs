using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A client of HTTP/2 that writes frames by hand, and so also those that no library would send.</summary>
internal sealed class Http2Wire : IDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private static readonly string[] IndexedStatus = ["200", "204", "206", "304", "400", "404", "500"];

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<Http2Wire> ConnectAsync(Uri address)
    {
        var wire = new Http2Wire();
        await wire.socket.ConnectAsync(address.Host, address.Port);
        await wire.socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await wire.SendAsync(Settings, 0, 0, []);
        return wire;
    }

    /// <summary>A header block in which everything is literal, also what no header is.</summary>
    public static byte[] Block(params IEnumerable<(string Name, string Value)> headers)
    {
        var block = new MemoryStream();
        foreach (var (name, value) in headers)
        {
            block.WriteByte(0);
            foreach (var text in new[] { name, value })
            {
                var bytes = Encoding.Latin1.GetBytes(text);
                WriteLength(block, bytes.Length);
                block.Write(bytes);
            }
        }

        return block.ToArray();
    }

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public Task SendAsync(byte type, byte flags, int stream, byte[] payload) => SendAsync(Frame(type, flags, stream, payload));

    public async Task SendAsync(byte[] frames) => await socket.SendAsync(frames);

    /// <summary>What becomes of a stream: its status, <c>reset</c>, or <c>ended</c> with the whole connection.</summary>
    public async Task<string> OutcomeAsync(int stream)
    {
        try
        {
            while (true)
            {
                var head = await ReadAsync(9);
                var payload = await ReadAsync((head[0] << 16) + (head[1] << 8) + head[2]);
                switch (head[3])
                {
                    case Settings when (head[4] & 1) == 0:
                        await SendAsync(Settings, 1, 0, []);
                        break;
                    case Headers when BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) == stream:
                        return Status(payload);
                    case Reset when BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) == stream:
                        return "reset";
                    case GoAway:
                        return "ended";
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
            return "ended";
        }
    }

    public void Dispose() => socket.Dispose();

    private static string Status(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xe0) == 0x20)
        {
            // A change of the table's size.
            at += (block[at] & 0x1f) == 0x1f ? 3 : 1;
        }

        return (block[at] & 0x80) != 0 ? IndexedStatus[(block[at] & 0x7f) - 8] : Encoding.ASCII.GetString(block, at + 2, 3);
    }

    private static void WriteLength(MemoryStream to, int length)
    {
        if (length < 127)
        {
            to.WriteByte((byte)length);
            return;
        }

        to.WriteByte(127);
        for (length -= 127; length >= 128; length >>= 7)
        {
            to.WriteByte((byte)(length | 128));
        }

        to.WriteByte((byte)length);
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(at));
            at += count > 0 ? count : throw new EndOfStreamException();
        }

        return bytes;
    }
}
