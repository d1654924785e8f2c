namespace Portolan.Proxy.Mirroring;

/// <summary>A request's body on its way to the service, copied as it is read.</summary>
internal sealed class ObservedRequest(Stream body, BodyCopy copy) : Stream
{
    /// <summary>It was read to its end.</summary>
    public bool IsWhole { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = await body.ReadAsync(buffer, cancellationToken);
        IsWhole |= length == 0 && buffer.Length > 0;
        copy.Take(buffer.Span[..length]);
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
