using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>The answer on one of our own connections.</summary>
internal sealed class Http1Response : UpstreamResponse
{
    private const int LargestPiece = 64 * 1024;

    private readonly Http1Connection connection;
    private readonly Task? sending;
    private readonly ClientBody? sent;
    private readonly bool hasBody;
    private bool ended;

    public Http1Response(Http1Connection connection, bool answersHead, Task? sending, ClientBody? sent)
    {
        (this.connection, this.sending, this.sent) = (connection, sending, sent);
        var head = connection.Head;
        Status = head.Status;
        IsEarly = sending is { IsCompletedSuccessfully: false };
        hasBody = !answersHead && Status is not (204 or 205 or 304) && head.ContentLength != 0;
    }

    public override int Status { get; }

    public override bool IsEarly { get; }

    /// <summary>What it came on; for who goes on with it as something else than HTTP.</summary>
    public Http1Connection Connection => connection;

    public override string? Header(string name)
    {
        var bytes = connection.HeadBytes;
        Span<byte> wanted = stackalloc byte[name.Length];
        Encoding.ASCII.GetBytes(name, wanted);
        foreach (var line in connection.Head.Lines)
        {
            if (ResponseHead.Is(bytes, line, wanted))
            {
                return Encoding.Latin1.GetString(bytes.Slice(line.Value, line.ValueLength));
            }
        }

        return null;
    }

    public override void CopyHead(HttpResponse to)
    {
        to.StatusCode = Status;
        var bytes = connection.HeadBytes;
        var texts = connection.Pool.Texts;
        var nominated = connection.Head.Nominates ? HopByHop.Nominated(Values(HopByHop.Connection)) : null;
        var headers = to.Headers;
        foreach (var line in connection.Head.Lines)
        {
            var name = texts.Of(bytes.Slice(line.Name, line.NameLength));
            if (HopByHop.IsAlways(name) || nominated?.Contains(name) == true || MessageHeaders.IsLengthOfNothing(name, Status))
            {
                continue;
            }

            var value = texts.Of(bytes.Slice(line.Value, line.ValueLength));
            headers[name] = headers.TryGetValue(name, out var there) ? StringValues.Concat(there, value) : value;
        }

        headers.Append("Via", connection.Head.IsOld ? RequestHeaders.ViaOld : RequestHeaders.Via);
    }

    public override async ValueTask CopyBodyAsync(HttpContext context, TimeSpan silence)
    {
        try
        {
            // First: then what is written goes straight to where it is sent from.
            await context.Response.StartAsync(CancellationToken.None);
            var all = TryCopyReceived(context.Response.BodyWriter, out var left);
            if (!all)
            {
                await CopyRestAsync(context, left, silence);
            }
        }
        catch (Exception exception) when (exception is not BodyException)
        {
            throw new BodyException(connection.Silence.Struck ? "silent for too long" : exception.Message, exception);
        }

        await EndAsync();
    }

    public override void Dispose()
    {
        if (ended)
        {
            return;
        }

        ended = true;
        connection.Dispose();
        if (sending is { IsCompleted: false })
        {
            sent!.Cancel();
        }
    }

    // All of a small body is mostly there with its head.
    private bool TryCopyReceived(PipeWriter to, out long left)
    {
        left = long.MaxValue;
        if (!hasBody)
        {
            return true;
        }

        if (connection.Head.Chunked || connection.Head.ContentLength is not { } length)
        {
            return false;
        }

        var there = (int)Math.Min(length, connection.Received.Length);
        to.Write(connection.Received.Span[..there]);
        connection.Take(there);
        left = length - there;
        return left == 0;
    }

    private async ValueTask CopyRestAsync(HttpContext context, long left, TimeSpan silence)
    {
        var watch = connection.Silence;
        watch.Start(silence, context.Response.BodyWriter);
        var registration = context.RequestAborted.UnsafeRegister(static state => ((Http1Connection)state!).Abort(), connection);
        try
        {
            if (connection.Head.Chunked)
            {
                await CopyChunksAsync(context, watch);
            }
            else
            {
                await CopyPlainAsync(context.Response.BodyWriter, left, connection.Head.ContentLength is not null, watch);
            }
        }
        finally
        {
            await registration.DisposeAsync();
            watch.Stop();
        }
    }

    private async ValueTask CopyPlainAsync(PipeWriter to, long left, bool declared, SilenceTimer watch)
    {
        if (!declared)
        {
            to.Write(connection.Received.Span);
            connection.Take(connection.Received.Length);
        }

        while (left > 0)
        {
            if (!connection.HasMore)
            {
                // What is there may be all that the client waits for; and nobody holds memory while nothing comes.
                await FlushAsync(to);
                await connection.WaitAsync();
            }

            var memory = to.GetMemory(LargestPiece);
            var count = await connection.ReceiveAsync(memory[..(int)Math.Min(left, memory.Length)]);
            if (count == 0)
            {
                if (declared)
                {
                    throw new BodyException($"the connection ended {left} bytes before the body did");
                }

                // Until the end of the connection: so it ends with it, and is not used again.
                connection.Dispose();
                return;
            }

            watch.Progressed();
            to.Advance(count);
            left -= declared ? count : 0;
            await FlushAsync(to);
        }
    }

    private async ValueTask CopyChunksAsync(HttpContext context, SilenceTimer watch)
    {
        var to = context.Response.BodyWriter;
        var chunks = new ChunkedBody();
        connection.Take(chunks.Read(connection.Received.Span, to));
        while (!chunks.IsComplete)
        {
            // Before every wait, and so never more than one piece is held for a client that is slower than the service.
            await FlushAsync(to);
            if (!connection.HasMore)
            {
                await connection.WaitAsync();
            }

            if (chunks.Pending > 0 && connection.Received.IsEmpty)
            {
                var memory = to.GetMemory(LargestPiece);
                var count = await connection.ReceiveAsync(memory[..(int)Math.Min(chunks.Pending, memory.Length)]);
                to.Advance(count > 0 ? count : throw new BodyException("the connection ended within a chunk"));
                chunks.Passed(count);
            }
            else if (!await connection.FillAsync())
            {
                throw new BodyException("the connection ended before the last chunk");
            }

            watch.Progressed();
            connection.Take(chunks.Read(connection.Received.Span, to));
        }

        if (chunks.Trailers is { } trailers && context.Features.Get<IHttpResponseTrailersFeature>() is { } feature)
        {
            foreach (var (name, value) in trailers.Where(trailer => HopByHop.MayTrail(trailer.Name)))
            {
                feature.Trailers.Append(name, value);
            }
        }
    }

    private static async ValueTask FlushAsync(PipeWriter to)
    {
        var flushed = await to.FlushAsync();
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new BodyException(flushed.IsCanceled ? "the client took nothing of it for too long" : "the client has left");
        }
    }

    private async ValueTask EndAsync()
    {
        ended = true;
        if (sending is { IsCompleted: false })
        {
            // Answered before the request was all there: nobody wants the rest, and the connection is in between.
            connection.Dispose();
            sent!.Cancel();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (sending is { IsCompletedSuccessfully: false } || IsFollowedByMore())
        {
            connection.Dispose();
            return;
        }

        connection.Release();
    }

    // There can be a body in the eyes of the service, which nobody has read: it would stand before the next answer.
    private bool IsFollowedByMore() => Status switch
    {
        204 => connection.Head.Chunked || connection.Head.ContentLength > 0,
        205 => connection.Head.ContentLength != 0,
        304 => connection.Head.Chunked, // a length is that of what has not changed
        _ => false,
    };

    private List<string?> Values(string name)
    {
        var wanted = Encoding.ASCII.GetBytes(name);
        var values = new List<string?>();
        var bytes = connection.HeadBytes;
        foreach (var line in connection.Head.Lines)
        {
            if (ResponseHead.Is(bytes, line, wanted))
            {
                values.Add(Encoding.Latin1.GetString(bytes.Slice(line.Value, line.ValueLength)));
            }
        }

        return values;
    }
}
