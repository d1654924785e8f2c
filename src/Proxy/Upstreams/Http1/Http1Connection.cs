using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// One connection to an instance: one exchange at a time, bytes in and out, and no buffer while it is idle. Whoever has it
/// gives it back with <see cref="Release"/> or ends it with <see cref="Dispose"/>.
/// </summary>
internal sealed class Http1Connection(Socket socket, SslStream? secure, Http1Pool pool, TimeProvider clock) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;
    private const int MostInterim = 16;

    private readonly long made = clock.GetTimestamp();

    private byte[]? buffer;
    private int start;
    private int end;
    private int headAt;
    private int aborted;
    private SilenceTimer? silence;
    private Task<int>? waiting;

    /// <summary>The pool it came from and goes back to.</summary>
    public Http1Pool Pool => pool;

    /// <summary>The last head that was read.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>The bytes that <see cref="Head"/>'s positions refer to, until the body is read.</summary>
    public ReadOnlySpan<byte> HeadBytes => buffer.AsSpan(headAt, start - headAt);

    /// <summary>What has been received and not been taken.</summary>
    public ReadOnlyMemory<byte> Received => buffer.AsMemory(start, end - start);

    /// <summary>True after <see cref="Abort"/>: whatever fails then, fails because of that.</summary>
    public bool IsAborted => Volatile.Read(ref aborted) != 0;

    /// <summary>The clock's timestamp of when it became idle.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Watches over waits for the body; made for connections that ever wait.</summary>
    public SilenceTimer Silence => silence ??= new SilenceTimer(this, clock);

    /// <summary>
    /// True when an idle connection can be used: its instance has not had enough of waiting, nobody closed it, and it has nothing to
    /// say that nobody asked for.
    /// </summary>
    public bool IsUsable(TimeSpan longestIdle)
    {
        var kept = Head.KeptFor is { } told && told < longestIdle ? told : longestIdle;
        try
        {
            return clock.GetElapsedTime(IdleSince) < kept && waiting?.IsCompleted != true && !socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return false;
        }
    }

    /// <summary>True when there are bytes to receive without waiting.</summary>
    public bool HasMore => socket.Available > 0;

    /// <summary>Sends some of it, and says how much.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => secure is null ? socket.SendAsync(bytes, SocketFlags.None) : WriteAsync(secure, bytes);

    /// <summary>Waits until there is something to receive.</summary>
    public ValueTask<int> WaitAsync(CancellationToken cancellationToken) =>
        secure is null ? socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken) : ReadAsync(secure, Memory<byte>.Empty, cancellationToken);

    /// <summary>Nothing more will be sent.</summary>
    public Task EndSendingAsync()
    {
        if (secure is not null)
        {
            return secure.ShutdownAsync();
        }

        socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }

    /// <summary>Lets the system find out whether a peer that says nothing is still there.</summary>
    public void KeepAlive() => socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);

    /// <summary>Receives past what was taken before; 0 at the end.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> into) => secure is null ? socket.ReceiveAsync(into, SocketFlags.None) : ReadAsync(secure, into, CancellationToken.None);

    /// <summary>Marks received bytes as taken.</summary>
    public void Take(int count) => start += count;

    /// <summary>Receives more behind what is there. False at the end of the connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync()
    {
        MakeRoom();
        var count = await ReceiveAsync(buffer.AsMemory(end));
        end += count;
        return count > 0;
    }

    /// <summary>Waits until there is something to receive, holding no buffer meanwhile.</summary>
    public async ValueTask WaitAsync()
    {
        if (start == end)
        {
            ReturnBuffer();
        }

        await ReceiveAsync(Memory<byte>.Empty);
    }

    /// <summary>Reads the head of the response; interim ones (1xx) but a switch of protocols are dropped.</summary>
    /// <exception cref="MalformedResponseException">It is none, or the connection ended within it.</exception>
    /// <exception cref="EndedException">The connection ended before the first byte.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadHeadAsync()
    {
        var interim = 0;
        while (true)
        {
            while (Head.TryRead(Received.Span, out var size))
            {
                headAt = start;
                start += size;
                if (Head.Status is >= 200 or 101)
                {
                    return;
                }

                if (++interim > MostInterim)
                {
                    throw new MalformedResponseException("interim responses without end");
                }
            }

            // As FillAsync does, without a second object for what is waited for in every exchange.
            MakeRoom();
            var count = await ReceiveAsync(buffer.AsMemory(end));
            end += count;
            if (count == 0)
            {
                throw start == end && interim == 0 ? new EndedException() : new MalformedResponseException("the connection ended within the head");
            }
        }
    }

    /// <summary>The exchange is over: ready for the next one where both sides agree, else closed.</summary>
    public void Release()
    {
        // What came after the response belongs to nobody: it would be taken for the answer to the next request.
        if (!Head.KeepsAlive || start != end || IsAborted || silence is { Struck: true })
        {
            Dispose();
            return;
        }

        IdleSince = clock.GetTimestamp();
        if (clock.GetElapsedTime(made, IdleSince) >= UpstreamSocket.LongestLife)
        {
            Dispose();
            return;
        }

        // Over TLS it may have been received already, where the socket does not show it.
        if (secure is not null)
        {
            waiting = secure.ReadAsync(Memory<byte>.Empty).AsTask();
            if (waiting.IsCompleted)
            {
                Dispose();
                return;
            }
        }

        ReturnBuffer();
        pool.Return(this);
    }

    /// <summary>Ends whatever is under way; callable from anywhere.</summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref aborted, 1) == 0)
        {
            socket.Dispose();
        }
    }

    public void Dispose()
    {
        Abort();
        silence?.Dispose();
        secure?.Dispose();
        ReturnBuffer();
    }

    private static async ValueTask<int> WriteAsync(SslStream secure, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await secure.WriteAsync(bytes);
            return bytes.Length;
        }
        catch (IOException exception)
        {
            throw exception.InnerException as SocketException ?? new SocketException((int)SocketError.ConnectionReset, exception.Message);
        }
    }

    // What breaks a connection looks the same with and without TLS.
    private async ValueTask<int> ReadAsync(SslStream secure, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            // One that began while the connection was idle comes first; there is never more than one.
            if (waiting is { } before)
            {
                waiting = null;
                await before;
            }

            return await secure.ReadAsync(into, cancellationToken);
        }
        catch (IOException exception)
        {
            throw exception.InnerException as SocketException ?? new SocketException((int)SocketError.ConnectionReset, exception.Message);
        }
    }

    private void MakeRoom()
    {
        if (buffer is null)
        {
            buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            (start, end) = (0, 0);
        }
        else if (start == end)
        {
            (start, end) = (0, 0);
        }
        else if (end == buffer.Length)
        {
            var next = start > 0 ? buffer : ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(start, end - start).CopyTo(next);
            (end, start) = (end - start, 0);
            if (next != buffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = next;
            }
        }
    }

    private void ReturnBuffer()
    {
        if (buffer is { } rented)
        {
            (buffer, start, end, headAt) = (null, 0, 0, 0);
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A kept connection that the instance closed: it may not even have seen the request.</summary>
    internal sealed class EndedException() : IOException("the connection ended before an answer");
}
