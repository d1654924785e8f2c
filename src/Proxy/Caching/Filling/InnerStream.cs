using Microsoft.AspNetCore.Http.Features;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>The body on its way to the client, to the cache, to both or to nobody.</summary>
internal sealed class InnerStream(InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) : Stream
{
    // Nothing of it needs to be disposed of.
    public static InnerStream Of(InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) => new(response, fill, body);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await response.BeginAsync();

        // Before the client: when it has the last of it, the next request finds it stored.
        fill.Take(buffer.Span, response.IsBroken);
        if (fill.Sends)
        {
            await body.Stream.WriteAsync(buffer, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await response.BeginAsync();
        if (fill.Sends)
        {
            await body.Stream.FlushAsync(cancellationToken);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => throw Synchronous();

    public override void Flush() => throw Synchronous();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static InvalidOperationException Synchronous() => new("A response is written asynchronously: in the gateway nothing may wait.");
}
