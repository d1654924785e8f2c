using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>
/// The rest of an answer for which others wait: it comes at the service's pace and goes at the client's, so that nobody waits
/// for a client that reads slowly. What lies between is no more than an answer may have to be stored.
/// </summary>
internal sealed class Detour
{
    private readonly HttpContext context;
    private readonly Stream client;
    private readonly RouteCache cache;
    private readonly Pipe pipe;
    private readonly Task pumping;
    private readonly CancellationToken aborted;
    private readonly int most;

    private Detour(HttpContext context, Stream client, RouteCache cache, int most)
    {
        (this.context, this.client, this.cache, this.most) = (context, client, cache, most);
        aborted = context.RequestAborted;
        pipe = new Pipe(new PipeOptions(pauseWriterThreshold: most, resumeWriterThreshold: Math.Max(1, most / 2), useSynchronizationContext: false));
        pumping = PumpAsync();
    }

    /// <summary>Null where the cache has no memory to lend for it.</summary>
    public static Detour? TryBegin(HttpContext context, Stream client, RouteCache cache)
    {
        var most = (int)Math.Clamp(cache.Config.MaxEntry, 1, int.MaxValue);
        return cache.Store.TryReserve(most) ? new Detour(context, client, cache, most) : null;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var flushed = await pipe.Writer.WriteAsync(bytes, cancellationToken);
        if (flushed.IsCompleted)
        {
            await pumping; // throws what ended it
        }
    }

    /// <summary>Nothing more comes; returns when the client has it all.</summary>
    public async Task EndAsync()
    {
        await pipe.Writer.CompleteAsync();
        await pumping;
    }

    /// <summary>The end, in whichever way: what comes from inside broke off, or has all come. Called once.</summary>
    public async Task BreakOffAsync()
    {
        await pipe.Writer.CompleteAsync(new IOException("The answer broke off."));
        await pumping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cache.Store.Release(most);
    }

    private async Task PumpAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(aborted);
                foreach (var piece in read.Buffer)
                {
                    var writing = client.WriteAsync(piece, aborted);
                    await using var watch = writing.IsCompleted ? null : ClientWrites.Watch(context, cache.Patience, cache.Clock);
                    await writing;
                }

                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            await pipe.Reader.CompleteAsync(failure);
        }
    }
}
