using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>Takes the chunks of a body apart, strictly: what two readers could cut differently is refused.</summary>
internal sealed class ChunkedBody
{
    // A line longer than this holds no size and no trailer that anybody needs.
    private const int LongestLine = 8 * 1024;
    private const int MostTrailers = 64;

    private State state = State.Size;
    private long left;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailer,
        Complete,
    }

    /// <summary>True after the last chunk and its trailers.</summary>
    public bool IsComplete => state == State.Complete;

    /// <summary>Bytes of the current chunk that are still to come.</summary>
    public long Pending => state == State.Data ? left : 0;

    /// <summary>What came behind the last chunk; null when nothing did.</summary>
    public List<(string Name, string Value)>? Trailers { get; private set; }

    /// <summary>Passes the data on; returns how many bytes were understood. The rest must come again, with more behind it.</summary>
    /// <exception cref="MalformedResponseException">These are no chunks.</exception>
    public int Read(ReadOnlySpan<byte> bytes, PipeWriter to)
    {
        var at = 0;
        while (state != State.Complete)
        {
            var rest = bytes[at..];
            if (state == State.Data)
            {
                var count = (int)Math.Min(left, rest.Length);
                to.Write(rest[..count]);
                at += count;
                left -= count;
                if (left > 0)
                {
                    return at;
                }

                state = State.DataEnd;
                continue;
            }

            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return rest.Length < LongestLine ? at : throw new MalformedResponseException("a chunk's line without end");
            }

            if (end == 0 || rest[end - 1] != '\r')
            {
                throw new MalformedResponseException("a line within the chunks that does not end with CRLF");
            }

            Understand(rest[..(end - 1)]);
            at += end + 1;
        }

        return at;
    }

    /// <summary>So many bytes of the current chunk went their way without being shown here.</summary>
    public void Passed(int count)
    {
        left -= count;
        state = left == 0 ? State.DataEnd : State.Data;
    }

    private void Understand(ReadOnlySpan<byte> line)
    {
        switch (state)
        {
            case State.Size:
                left = ReadSize(line);
                state = left == 0 ? State.Trailer : State.Data;
                break;
            case State.DataEnd:
                state = line.IsEmpty ? State.Size : throw new MalformedResponseException("more data in a chunk than its size");
                break;
            default:
                ReadTrailer(line);
                break;
        }
    }

    private static long ReadSize(ReadOnlySpan<byte> line)
    {
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).TrimEnd(" \t"u8);
        if (digits.Length is 0 or > 15 || line.Contains((byte)'\r'))
        {
            throw new MalformedResponseException("a chunk without a size");
        }

        var size = 0L;
        foreach (var digit in digits)
        {
            var value = ValueOf(digit);
            if (value < 0)
            {
                throw new MalformedResponseException("a chunk's size that is no number");
            }

            size = (size << 4) + value;
        }

        return size;
    }

    private static int ValueOf(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private void ReadTrailer(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            state = State.Complete;
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line.ContainsAny("\0\r"u8) || Trailers?.Count == MostTrailers || line[..colon].ContainsAnyExcept(ResponseHead.Token))
        {
            throw new MalformedResponseException("a trailer that is no header");
        }

        (Trailers ??= []).Add((Encoding.Latin1.GetString(line[..colon]), Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8))));
    }
}
