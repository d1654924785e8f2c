using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Forwarding;

/// <summary>Streams the client's body to the service, and no more of it than is allowed.</summary>
internal sealed class RequestBody(HttpRequest request, long limit) : HttpContent
{
    private long total;

    /// <summary>Why the body could not be read to its end; null otherwise. It is the client's doing, not the service's.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Null where the request has no body.</summary>
    public static RequestBody? Of(HttpContext context, long limit) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? null : new RequestBody(context.Request, limit);

    public static ProblemException TooLarge(long limit) =>
        new(KnownProblems.TooLarge($"The body is larger than the {limit} bytes this gateway takes."));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(cancellationToken);
            try
            {
                await PassAsync(read, stream, cancellationToken);
            }
            finally
            {
                // After a failure too: the server still drains what the client is sending.
                request.BodyReader.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }

    private async Task PassAsync(ReadResult read, Stream stream, CancellationToken cancellationToken)
    {
        total += read.Buffer.Length;
        if (total > limit)
        {
            Failure = TooLarge(limit);
            throw Failure;
        }

        foreach (var memory in read.Buffer)
        {
            await stream.WriteAsync(memory, cancellationToken);
        }

        // At once: a client that sends slowly may wait for an answer to what it has sent so far.
        await stream.FlushAsync(cancellationToken);
    }

    private async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await request.BodyReader.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = exception;
            throw;
        }
    }
}
