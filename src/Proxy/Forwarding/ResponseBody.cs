using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Forwarding;

/// <summary>Streams a service's answer to the client.</summary>
internal static class ResponseBody
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Copies as it comes, holding no more than a buffer. Calls <paramref name="progressed"/> after every piece.</summary>
    public static async Task CopyAsync(
        HttpResponseMessage from, HttpResponse to, Action progressed, CancellationToken cancellationToken)
    {
        using var source = await from.Content.ReadAsStreamAsync(cancellationToken);
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

        // Started even when empty: an error without a body is the service's own, and nobody may write one for it.
        await to.StartAsync(cancellationToken);
    }
}
