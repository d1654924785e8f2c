using System.Buffers;

namespace Portolan.Proxy.Mirroring;

/// <summary>What has been seen of a body, up to a size.</summary>
internal sealed class BodyCopy(long limit)
{
    private ArrayBufferWriter<byte> bytes = new();

    /// <summary>There was more than may be held.</summary>
    public bool IsOver { get; private set; }

    public byte[] Bytes => bytes.WrittenSpan.ToArray();

    public void Take(ReadOnlySpan<byte> piece)
    {
        if (IsOver)
        {
            return;
        }

        if (bytes.WrittenCount + piece.Length > limit)
        {
            IsOver = true;
            bytes = new();
        }
        else
        {
            bytes.Write(piece);
        }
    }
}
