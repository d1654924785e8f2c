using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>Writes the head of a request into one rented buffer.</summary>
internal struct HeadWriter() : IHeaderSink
{
    // What would end a header, and so begin another one, must not get in by any way.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\0\r\n");

    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * 1024);

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Written => buffer.AsMemory(0, Length);

    public void Add(string name, StringValues values)
    {
        for (var index = 0; index < values.Count; index++)
        {
            Add(name, values[index] ?? "");
        }
    }

    public void Add(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token) || value.AsSpan().ContainsAny(Forbidden))
        {
            throw new FormatException($"The header '{name}' cannot be passed on.");
        }

        var room = Room(name.Length + value.Length + 4);
        Encoding.ASCII.GetBytes(name, room);
        ": "u8.CopyTo(room[name.Length..]);
        Encoding.Latin1.GetBytes(value, room[(name.Length + 2)..]);
        "\r\n"u8.CopyTo(room[(name.Length + 2 + value.Length)..]);
        Length += name.Length + value.Length + 4;
    }

    public void AddNumber(ReadOnlySpan<byte> nameAndColon, long number)
    {
        Append(nameAndColon);
        Utf8Formatter.TryFormat(number, Room(20), out var written);
        Length += written;
        Append("\r\n"u8);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Text that has no more than ASCII's visible characters, such as a method or a target.</summary>
    public void AppendVisible(string text)
    {
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new FormatException("The request line cannot be passed on.");
        }

        Length += Encoding.ASCII.GetBytes(text, Room(text.Length));
    }

    public void Return()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private Span<byte> Room(int size)
    {
        if (buffer.Length - Length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, Length + size));
            buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        return buffer.AsSpan(Length);
    }
}
