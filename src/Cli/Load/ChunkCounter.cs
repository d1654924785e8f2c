namespace Portolan.Cli.Load;

/// <summary>Finds the end of a body that comes in chunks, and counts its bytes.</summary>
internal sealed class ChunkCounter
{
    private Place place;
    private long size;
    private bool empty;

    private enum Place
    {
        Size,
        Extension,
        Data,
        AfterData,
        Trailer,
        Done,
    }

    /// <summary>Bytes of content so far.</summary>
    public long Length { get; private set; }

    public void Reset() => (place, size, empty, Length) = (Place.Size, 0, true, 0);

    /// <summary>True when the last chunk and its trailers are complete; <see cref="FormatException"/> when this is no chunked body.</summary>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (place == Place.Data)
            {
                var taken = (int)Math.Min(size, bytes.Length);
                Length += taken;
                size -= taken;
                bytes = bytes[taken..];
                place = size == 0 ? Place.AfterData : Place.Data;
                continue;
            }

            Take(bytes[0]);
            bytes = bytes[1..];
        }

        return place == Place.Done;
    }

    private void Take(byte one)
    {
        switch (place)
        {
            case Place.Size when char.IsAsciiHexDigit((char)one) && size < int.MaxValue:
                size = (size * 16) + (one & 0xF) + (one > '9' ? 9 : 0);
                empty = false;
                break;
            case Place.Size when !empty && one is (byte)';' or (byte)' ' or (byte)'\r':
                place = Place.Extension;
                break;
            case Place.Extension:
                EndLine(one, size == 0 ? Place.Trailer : Place.Data);
                break;
            case Place.AfterData:
                EndLine(one, Place.Size);
                break;
            case Place.Trailer:
                // A line with nothing in it is the end; `empty` says that this one has nothing yet.
                var last = empty;
                EndLine(one, last ? Place.Done : Place.Trailer);
                empty = one == '\n' || (empty && one == '\r');
                break;
            default:
                throw new FormatException("The body is not in chunks as it should be.");
        }
    }

    private void EndLine(byte one, Place following)
    {
        if (one == '\n')
        {
            (place, size, empty) = (following, following == Place.Data ? size : 0, true);
        }
    }
}
