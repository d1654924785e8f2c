using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>The body on its way to the client, to the cache, to both or to nobody.</summary>
internal sealed class InnerStream(HttpContext context, RouteCache cache, InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) : AnswerStream
{
    // Longer, and whoever asks for the same must not wait for this client.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    private Detour? detour;

    // Nothing of it needs to be disposed of.
    public static InnerStream Of(HttpContext context, RouteCache cache, InnerResponse response, CacheFill fill, IHttpResponseBodyFeature body) =>
        new(context, cache, response, fill, body);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await response.BeginAsync();

        // Before the client: when it has the last of it, the next request finds it stored.
        fill.Take(buffer.Span, response.IsBroken);
        if (!fill.Sends)
        {
            await response.EndIfUnwantedAsync();
            return;
        }

        if (detour is null && fill.IsWaitedFor)
        {
            detour = Detour.TryBegin(context, body.Stream, cache);
        }

        if (detour is not null)
        {
            await detour.WriteAsync(buffer, cancellationToken);
            return;
        }

        var writing = body.Stream.WriteAsync(buffer, cancellationToken);
        await (writing.IsCompleted || !fill.Leads ? writing : WithinAsync(writing.AsTask()));
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await response.BeginAsync();
        if (fill.Sends && detour is null)
        {
            var flushing = body.Stream.FlushAsync(cancellationToken);
            await (flushing.IsCompleted || !fill.Leads ? new ValueTask(flushing) : WithinAsync(flushing));
        }
    }

    /// <summary>Nothing more comes from inside; returns when the client has what there was.</summary>
    public Task EndAsync() => detour?.EndAsync() ?? Task.CompletedTask;

    /// <summary>Nothing of it may go on after the request.</summary>
    public Task BreakOffAsync() => detour?.BreakOffAsync() ?? Task.CompletedTask;

    private async ValueTask WithinAsync(Task writing)
    {
        if (await Task.WhenAny(writing, Task.Delay(Slow, cache.Clock, CancellationToken.None)) != writing)
        {
            fill.LetOthersGo();
        }

        await writing;
    }
}
