namespace Portolan.Proxy.Transforms;

/// <summary>Holds a body that is to be changed; of one that is too large it holds nothing.</summary>
internal sealed class BoundedBuffer(int limit) : MemoryStream
{
    /// <summary>True when more came than may be held.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What came.</summary>
    public ReadOnlyMemory<byte> Bytes => GetBuffer().AsMemory(0, (int)Length);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsOver || Length + buffer.Length > limit)
        {
            IsOver = true;
            SetLength(0);
        }
        else
        {
            Write(buffer.Span);
        }

        return ValueTask.CompletedTask;
    }
}
