using System.Buffers.Text;

namespace Portolan.Cli.Load;

/// <summary>
/// Finds the end of an answer of HTTP/1.1, and its status, at the least cost: bodies are counted, not kept. It is fed as bytes come.
/// </summary>
/// <param name="head">True for answers to HEAD, which have no body.</param>
internal sealed class AnswerParser(bool head)
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private readonly ChunkCounter chunks = new();
    private Phase phase;
    private int filled;
    private long rest;

    private enum Phase
    {
        Head,
        Counted,
        Chunked,
        ToTheEnd,
    }

    /// <summary>Where the next bytes go.</summary>
    public Memory<byte> Room => buffer.AsMemory(filled);

    public int Status { get; private set; }

    /// <summary>Bytes of body so far.</summary>
    public long Length { get; private set; }

    /// <summary>True when another request may follow on this connection.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>True from an answer's first byte on.</summary>
    public bool Begun => phase != Phase.Head || filled > 0;

    public void Reset()
    {
        phase = Phase.Head;
        filled = 0;
        Length = 0;
    }

    /// <summary>Takes bytes that were put into <see cref="Room"/>. True when they complete the answer; <see cref="FormatException"/> when they are none.</summary>
    public bool Take(int count)
    {
        filled += count;
        while (phase == Phase.Head)
        {
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return filled < buffer.Length ? false : throw new FormatException("The head of the answer is too long.");
            }

            ReadHead(buffer.AsSpan(0, end + 2));
            filled -= end + 4;
            buffer.AsSpan(end + 4, filled).CopyTo(buffer);
            if (Status is < 200 and not 101)
            {
                // Something before the answer, such as 103.
                phase = Phase.Head;
            }
        }

        return TakeBody();
    }

    /// <summary>The connection ended. True when that is how the answer's end is told.</summary>
    public bool End() => phase == Phase.ToTheEnd;

    private bool TakeBody()
    {
        var bytes = buffer.AsSpan(0, filled);
        filled = 0;
        switch (phase)
        {
            case Phase.Counted when bytes.Length <= rest:
                Length += bytes.Length;
                rest -= bytes.Length;
                return rest == 0;
            case Phase.Chunked:
                var complete = chunks.Take(bytes);
                Length = chunks.Length;
                return complete;
            case Phase.ToTheEnd:
                Length += bytes.Length;
                return false;
            default:
                throw new FormatException("More came than the answer's length.");
        }
    }

    private void ReadHead(ReadOnlySpan<byte> lines)
    {
        var line = Next(ref lines);
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100)
        {
            throw new FormatException("The answer does not begin like one.");
        }

        Status = status;
        KeepsAlive = line[7] != '0';
        phase = Phase.ToTheEnd;
        while (lines.Length > 0)
        {
            ReadHeader(Next(ref lines));
        }

        if (head || status is 204 or 304 or < 200)
        {
            (phase, rest) = (Phase.Counted, 0);
        }

        KeepsAlive &= phase != Phase.ToTheEnd && status != 101;
    }

    private void ReadHeader(ReadOnlySpan<byte> line)
    {
        // The length of the name tells nearly all others apart.
        switch (line.IndexOf((byte)':'))
        {
            case 14 when phase != Phase.Chunked && Is(line[..14], "content-length"u8):
                phase = Utf8Parser.TryParse(line[15..].Trim((byte)' '), out rest, out var used) && used > 0 && rest >= 0
                    ? Phase.Counted
                    : throw new FormatException("The length of the answer is no number.");
                break;
            case 17 when Is(line[..17], "transfer-encoding"u8):
                phase = Phase.Chunked;
                chunks.Reset();
                break;
            case 10 when Is(line[..10], "connection"u8):
                KeepsAlive = Is(line[11..].Trim((byte)' '), "close"u8) ? false : KeepsAlive || Is(line[11..].Trim((byte)' '), "keep-alive"u8);
                break;
        }
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => System.Text.Ascii.EqualsIgnoreCase(text, lower);
}
