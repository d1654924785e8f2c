using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>The body on its way to the client, to the cache, to both or to nobody.</summary>
internal sealed class InnerStream(InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) : AnswerStream
{
    // Nothing of it needs to be disposed of.
    public static InnerStream Of(InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) => new(response, fill, body);

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

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await response.BeginAsync();
        if (fill.Sends)
        {
            await body.Stream.FlushAsync(cancellationToken);
        }
    }
}
