using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portolan.Proxy.Upstreams;

/// <summary>The answer as a message of the framework's client.</summary>
internal sealed class MessageResponse(HttpResponseMessage message, TimeProvider clock) : UpstreamResponse
{
    private const int BufferSize = 16 * 1024;

    public override int Status => (int)message.StatusCode;

    public override string? GrpcStatus => message.Version.Major == 2 ? Header("grpc-status") : null;

    public HttpResponseMessage Message => message;

    public override string? Header(string name) => message.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    public override void CopyHead(HttpResponse to) => MessageHeaders.Copy(message, to);

    public override async ValueTask CopyBodyAsync(HttpContext context, TimeSpan silence)
    {
        using var time = new CancellationTokenSource(silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, context.RequestAborted);
        try
        {
            if (Status == StatusCodes.Status205ResetContent)
            {
                // Whatever came with it, there is nothing behind this head (RFC 9110, 15.3.6).
                await context.Response.StartAsync(either.Token);
                return;
            }

            await CopyAsync(context.Response, () => time.CancelAfter(silence), either.Token);
            CopyTrailers(context);
        }
        catch (Exception exception)
        {
            if (!context.Response.HasStarted)
            {
                // Nothing is on its way: whoever sees to deadlines can still answer.
                context.RequestAborted.ThrowIfCancellationRequested();
            }

            throw new BodyException(time.IsCancellationRequested ? "silent for too long" : exception.Message, exception);
        }
    }

    public override void Dispose() => message.Dispose();

    // As it comes, holding no more than a buffer.
    private async Task CopyAsync(HttpResponse to, Action progressed, CancellationToken cancellationToken)
    {
        using var source = await message.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var reading = source.ReadAsync(buffer, cancellationToken);
                if (!to.HasStarted && !reading.IsCompleted)
                {
                    // The head may be all that the client waits for.
                    await to.Body.FlushAsync(cancellationToken);
                }

                var length = await reading;
                if (length == 0)
                {
                    break;
                }

                await to.Body.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
                progressed();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // A head that is all of a gRPC answer, because the call failed, has to end the stream itself or it is none: so it is
        // left to the server, which sees then that nothing follows.
        if (to.HasStarted || to.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            await to.StartAsync(cancellationToken);
        }
    }

    private void CopyTrailers(HttpContext context)
    {
        if (message.Version < HttpVersion.Version11 || context.Features.Get<IHttpResponseTrailersFeature>() is not { Trailers.IsReadOnly: false } feature)
        {
            return;
        }

        foreach (var (name, values) in message.TrailingHeaders.NonValidated)
        {
            if (HopByHop.MayTrail(name))
            {
                feature.Trailers[name] = values.ToString();
            }
        }
    }
}
