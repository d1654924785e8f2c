using System.Net;

namespace Portolan.Proxy.Upstreams;

/// <summary>The client's body as the content of a message.</summary>
internal sealed class MessageBody(ClientBody body) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            try
            {
                foreach (var memory in read.Buffer)
                {
                    await stream.WriteAsync(memory, cancellationToken);
                }

                // At once: a client that sends slowly may wait for an answer to what it has sent so far.
                await stream.FlushAsync(cancellationToken);
            }
            finally
            {
                body.Taken(read);
            }

            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length ?? 0;
        return body.Length is not null;
    }
}
