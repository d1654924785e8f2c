using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// The head of one response, read strictly (RFC 9112): what two readers could take for two different things is refused, and
/// the framing of the body is decided here once. Positions refer to the bytes it was read from. Reused by its connection.
/// </summary>
internal sealed class ResponseHead
{
    /// <summary>Bytes a head may have.</summary>
    public const int MaximumSize = 64 * 1024;

    private const int MaximumLines = 256;

    /// <summary>What the name of a header is made of.</summary>
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> Forbidden = SearchValues.Create("\0\r\n"u8);

    private static readonly TimeSpan KeptMargin = TimeSpan.FromSeconds(1);

    private readonly List<Line> lines = [];
    private bool closes;

    /// <summary>One header: where its name and value stand.</summary>
    public readonly record struct Line(int Name, int NameLength, int Value, int ValueLength);

    public ReadOnlySpan<Line> Lines => CollectionsMarshal.AsSpan(lines);

    public int Status { get; private set; }

    /// <summary>The declared length of the body; null without one.</summary>
    public long? ContentLength { get; private set; }

    public bool Chunked { get; private set; }

    /// <summary>True for HTTP/1.0.</summary>
    public bool IsOld { get; private set; }

    /// <summary>False when the connection ends with this response.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>For how long after this response the connection may be used again; null where <c>Keep-Alive</c> says nothing of it.</summary>
    public TimeSpan? KeptFor { get; private set; }

    /// <summary>True when <c>Connection</c> names more than close, keep-alive and upgrade.</summary>
    public bool Nominates { get; private set; }

    /// <summary>Reads a head that ends with an empty line. False when it is not all there yet.</summary>
    /// <param name="bytes">From the first byte of the status line.</param>
    /// <param name="size">Of the head with its empty line.</param>
    /// <exception cref="MalformedResponseException">It can not become a head.</exception>
    public bool TryRead(ReadOnlySpan<byte> bytes, out int size)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        size = end + 4;
        if (end < 0)
        {
            return bytes.Length < MaximumSize ? HasWholeLines(bytes) : throw new MalformedResponseException($"a head of more than {MaximumSize} bytes");
        }

        lines.Clear();
        (ContentLength, Chunked, Nominates, closes, KeptFor) = (null, false, false, false, null);
        var head = bytes[..(end + 2)];
        var at = ReadStatus(head);
        while (at < head.Length)
        {
            at = ReadLine(head, at);
        }

        if (Chunked && ContentLength is not null)
        {
            throw new MalformedResponseException("both Content-Length and Transfer-Encoding");
        }

        // Said in any place, it holds. HTTP/1.0 has no chunks: where such a message ends is in doubt (RFC 9112, 6.1).
        KeepsAlive &= !closes && !(Chunked && IsOld);
        return true;
    }

    /// <summary>True when a header has this name.</summary>
    public static bool Is(ReadOnlySpan<byte> bytes, Line line, ReadOnlySpan<byte> name) =>
        line.NameLength == name.Length && Ascii.EqualsIgnoreCase(bytes.Slice(line.Name, line.NameLength), name);

    // False, as there is more to come. But not where a line has ended otherwise than lines do: the end would never come.
    private static bool HasWholeLines(ReadOnlySpan<byte> bytes)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            if (end == 0 || bytes[end - 1] != '\r')
            {
                throw new MalformedResponseException("a line that ends with a line feed alone");
            }

            bytes = bytes[(end + 1)..];
        }

        return false;
    }

    private int ReadStatus(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        var line = end < 1 || head[end - 1] != '\r' ? throw new MalformedResponseException("no status line") : head[..(end - 1)];
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || line[9] is < (byte)'1' or > (byte)'9' || !char.IsAsciiDigit((char)line[10]) || !char.IsAsciiDigit((char)line[11])
            || (line.Length > 12 && line[12] != ' ') || line.ContainsAny(Forbidden))
        {
            throw new MalformedResponseException("no status line of HTTP/1.1");
        }

        Status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + (line[11] - '0');
        IsOld = line[7] == '0';
        KeepsAlive = !IsOld;
        return end + 1;
    }

    private int ReadLine(ReadOnlySpan<byte> head, int at)
    {
        var rest = head[at..];
        var end = rest.IndexOf((byte)'\n');
        var colon = rest[..end].IndexOf((byte)':');
        if (end < 1 || rest[end - 1] != '\r' || colon <= 0 || rest[..colon].ContainsAnyExcept(Token))
        {
            // A line that begins with a space continues the one before in the eyes of some (obs-fold).
            throw new MalformedResponseException("a line that is no header");
        }

        var value = rest[(colon + 1)..(end - 1)];
        if (value.ContainsAny(Forbidden) || lines.Count == MaximumLines)
        {
            throw new MalformedResponseException(lines.Count == MaximumLines ? $"more than {MaximumLines} headers" : "a control character in a header");
        }

        var start = colon + 1 + (value.Length - value.TrimStart(" \t"u8).Length);
        var line = new Line(at, colon, at + start, value.Trim(" \t"u8).Length);
        lines.Add(line);
        Understand(head, line);
        return at + end + 1;
    }

    private void Understand(ReadOnlySpan<byte> head, Line line)
    {
        var value = head.Slice(line.Value, line.ValueLength);
        switch (line.NameLength)
        {
            case 14 when Is(head, line, "Content-Length"u8):
                ContentLength = ContentLength is null ? ReadLength(value) : throw new MalformedResponseException("two Content-Length");
                break;
            case 17 when Is(head, line, "Transfer-Encoding"u8):
                Chunked = !Chunked && Ascii.EqualsIgnoreCase(value, "chunked"u8)
                    ? true
                    : throw new MalformedResponseException("a Transfer-Encoding other than chunked");
                break;
            case 10 when Is(head, line, "Connection"u8):
                ReadConnection(value);
                break;
            case 10 when Is(head, line, "Keep-Alive"u8):
                ReadKeepAlive(value);
                break;
        }
    }

    private static long ReadLength(ReadOnlySpan<byte> value)
    {
        var length = 0L;
        if (value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            throw new MalformedResponseException("a Content-Length that is no number");
        }

        foreach (var digit in value)
        {
            length = (length * 10) + (digit - '0');
        }

        return length;
    }

    // Less than it says: what is sent in its last moment meets a closed door, and only some requests may be sent twice.
    private void ReadKeepAlive(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            var equals = option.IndexOf((byte)'=');
            if (equals > 0 && Ascii.EqualsIgnoreCase(option[..equals], "timeout"u8) && Utf8Parser.TryParse(option[(equals + 1)..], out uint seconds, out _))
            {
                var told = TimeSpan.FromSeconds(seconds);
                KeptFor = told - (told < 2 * KeptMargin ? told / 2 : KeptMargin);
            }
        }
    }

    private void ReadConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(option, "close"u8))
            {
                closes = true;
            }
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
            {
                KeepsAlive = true;
            }
            else if (!option.IsEmpty && !Ascii.EqualsIgnoreCase(option, "upgrade"u8))
            {
                Nominates = true;
            }
        }
    }
}
