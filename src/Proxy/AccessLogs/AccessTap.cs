using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.AccessLogs;

/// <summary>Counts the bytes of one answer, and knows which way its request took.</summary>
internal sealed class AccessTap(HttpContext context) : ResponseTap(context)
{
    private CountingStream? counted;
    private long declared;

    /// <summary>The route it took; null where there was none.</summary>
    public RouteMatch? Match { get; set; }

    /// <summary>Bytes of the body, as far as it came.</summary>
    public long Bytes => counted?.Count ?? declared;

    protected override Stream OnHead()
    {
        // What is declared need not be counted: it passes directly.
        if (Context.Response.ContentLength is { } length)
        {
            declared = HttpMethods.IsHead(Context.Request.Method) ? 0 : length;
            return Outer;
        }

        return counted = new CountingStream(Outer);
    }

    private sealed class CountingStream(Stream to) : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return to.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Nothing may block here; write asynchronously.");

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
