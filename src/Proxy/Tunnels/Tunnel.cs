using System.Buffers;
using Portolan.Proxy.Upstreams.Http1;

namespace Portolan.Proxy.Tunnels;

/// <summary>
/// One WebSocket on its way through.
/// <para>1. Each direction waits without a buffer, so that one on which nothing happens costs next to nothing.</para>
/// <para>2. The end of one direction is passed on; the other one may still say what it has to, for a few seconds.</para>
/// <para>
/// 3. When the gateway stops, each direction sends a close frame (1001, going away) where one frame ends and no other has
/// begun, and passes nothing on after it; the two sides answer each other's close as if the other one had said it.
/// </para>
/// </summary>
internal sealed class Tunnel(Stream client, Http1Connection service, TimeProvider clock, CancellationToken stopping)
{
    private const int BufferSize = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // 1001 in both; a client's frames are masked, with any key, and this one's is zero.
    private static readonly byte[] CloseToClient = [0x88, 0x02, 0x03, 0xE9];
    private static readonly byte[] CloseToService = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9];

    public async Task RunAsync(CancellationToken clientGone)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        using var overOrStopping = CancellationTokenSource.CreateLinkedTokenSource(over.Token, stopping);
        var waiting = overOrStopping.Token;
        var toService = ToServiceAsync(waiting, over.Token);
        var toClient = ToClientAsync(waiting, over.Token);
        await Task.WhenAny(toService, toClient);

        // One side has said all it had to; the other gets the time to finish its sentence.
        using var patience = new CancellationTokenSource(Patience, clock);
        using var impatient = patience.Token.UnsafeRegister(static over => ((CancellationTokenSource)over!).Cancel(), over);
        using var registration = over.Token.UnsafeRegister(static service => ((Http1Connection)service!).Abort(), service);
        await Task.WhenAll(toService, toClient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        service.Dispose();
    }

    private async Task ToServiceAsync(CancellationToken waiting, CancellationToken over)
    {
        var frames = new FrameBoundary();
        while (await IsMoreAsync(client.ReadAsync(Memory<byte>.Empty, frames.IsHere ? waiting : over), over))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                var count = await client.ReadAsync(buffer, over);
                if (count == 0)
                {
                    await service.EndSendingAsync();
                    return;
                }

                frames.Pass(buffer.AsSpan(0, count));
                await service.SendAsync(buffer.AsMemory(0, count));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        await service.SendAsync(CloseToService);
    }

    private async Task ToClientAsync(CancellationToken waiting, CancellationToken over)
    {
        var frames = new FrameBoundary();
        if (!service.Received.IsEmpty)
        {
            // It came with the head.
            frames.Pass(service.Received.Span);
            await client.WriteAsync(service.Received, over);
            service.Take(service.Received.Length);
        }

        while (await IsMoreAsync(service.WaitAsync(frames.IsHere ? waiting : over), over))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                var count = await service.ReceiveAsync(buffer);
                if (count == 0)
                {
                    return;
                }

                frames.Pass(buffer.AsSpan(0, count));
                await client.WriteAsync(buffer.AsMemory(0, count), over);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        await client.WriteAsync(CloseToClient, over);
    }

    // True when there is something to pass on; false when the gateway stops and no frame is half passed.
    private async ValueTask<bool> IsMoreAsync(ValueTask<int> something, CancellationToken over)
    {
        try
        {
            await something;
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !over.IsCancellationRequested)
        {
            return false;
        }
    }
}
