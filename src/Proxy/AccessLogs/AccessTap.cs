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

    private sealed class CountingStream(Stream to) : AnswerStream
    {
        public long Count { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return to.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => to.FlushAsync(cancellationToken);
    }
}
