namespace Portolan.Proxy.Mirroring;

/// <summary>What has been seen of a body, up to a size.</summary>
internal sealed class BodyCopy(long limit)
{
    private readonly MemoryStream bytes = new();

    /// <summary>There was more than may be held.</summary>
    public bool IsOver { get; private set; }

    public byte[] Bytes => bytes.ToArray();

    public void Take(ReadOnlySpan<byte> piece)
    {
        IsOver |= bytes.Length + piece.Length > limit;
        if (IsOver)
        {
            bytes.SetLength(0);
            bytes.Capacity = 0;
        }
        else
        {
            bytes.Write(piece);
        }
    }
}
