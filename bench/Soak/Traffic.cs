using System.Net.Sockets;
using System.Text;

namespace Portolan.Bench.Soak;

/// <summary>Clients that behave, each request of which has to be answered, and clients that do not.</summary>
internal sealed class Traffic(int port)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    private readonly byte[] body = new byte[10_000];
    private long answered;
    private long failed;
    private long rude;

    public long Answered => Interlocked.Read(ref answered);

    public long Failed => Interlocked.Read(ref failed);

    /// <summary>How often somebody was rude.</summary>
    public long Rude => Interlocked.Read(ref rude);

    public Task RunAsync(CancellationToken over)
    {
        // Half of the first ones leave and come again with a new connection, as clients do.
        var crowd = new (int Count, Func<CancellationToken, Task> Once)[]
        {
            (4, AskAsync), (2, UploadAsync), (4, ResetWithinRequestAsync), (4, ResetWithinAnswerAsync), (20, ReadSlowlyAsync), (50, SayHalfAsync), (50, SayNothingMoreAsync),
            (4, token => BeRudeAsync("reset", token)), (4, token => BeRudeAsync("never", token)), (4, LeaveSocketAsync),
        };
        return Task.WhenAll(crowd.SelectMany(kind => Enumerable.Range(0, kind.Count).Select(_ => RepeatAsync(kind.Once, over))));
    }

    private static async Task RepeatAsync(Func<CancellationToken, Task> once, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await once(over);
                await Task.Delay(Breath, TimeProvider.System, over);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or HttpRequestException)
            {
                // Part of the game; who must not fail counts it himself.
            }
        }
    }

    private async Task AskAsync(CancellationToken over) => await BehaveAsync(async (client, token) =>
    {
        for (var number = 0; number < 200 && !token.IsCancellationRequested; number++)
        {
            Count(await client.GetStringAsync("/steady/hello", CancellationToken.None) == "hello");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }, over);

    private async Task UploadAsync(CancellationToken over) => await BehaveAsync(async (client, _) =>
    {
        using var response = await client.PostAsync("/steady/echo", new ByteArrayContent(body), CancellationToken.None);
        Count(response.IsSuccessStatusCode && (await response.Content.ReadAsByteArrayAsync(CancellationToken.None)).AsSpan().SequenceEqual(body));
    }, over);

    // Each request is let finish: one that the end of the soak cuts off would look like a failure.
    private async Task BehaveAsync(Func<HttpClient, CancellationToken, Task> ask, CancellationToken over)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            await ask(client, over);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Count(false);
            Console.Error.WriteLine(exception.Message);
        }
    }

    private async Task ResetWithinRequestAsync(CancellationToken over)
    {
        using var socket = await SayAsync("POST /steady/echo HTTP/1.1\r\nHost: soak\r\nContent-Length: 1000000\r\n\r\n" + new string('a', 5000), over);
        await Task.Delay(Breath, TimeProvider.System, over);
        Reset(socket);
    }

    private async Task ResetWithinAnswerAsync(CancellationToken over)
    {
        using var socket = await SayAsync("GET /steady/large HTTP/1.1\r\nHost: soak\r\n\r\n", over);
        await socket.ReceiveAsync(new byte[10_000], over);
        Reset(socket);
    }

    private async Task ReadSlowlyAsync(CancellationToken over)
    {
        using var socket = await SayAsync("GET /steady/large HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n", over);
        socket.ReceiveBufferSize = 4096;
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer, over) > 0)
        {
            await Task.Delay(Breath, TimeProvider.System, over);
        }

        Interlocked.Increment(ref rude);
    }

    private async Task SayHalfAsync(CancellationToken over)
    {
        using var socket = await SayAsync("GET /steady/hello HTTP/1.1\r\nHo", over);
        await socket.ReceiveAsync(new byte[1000], over);
        Interlocked.Increment(ref rude);
    }

    private async Task SayNothingMoreAsync(CancellationToken over)
    {
        using var socket = await SayAsync("GET /steady/hello HTTP/1.1\r\nHost: soak\r\n\r\n", over);
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, over) > 0)
        {
        }

        Interlocked.Increment(ref rude);
    }

    // Twice as many good answers, or the circuit of the rude one opens and keeps it from being so.
    private async Task BeRudeAsync(string how, CancellationToken over)
    {
        foreach (var path in new[] { "hello", "hello", how })
        {
            using var socket = await SayAsync($"GET /rude/{path} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n", over);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, over) > 0)
            {
            }
        }

        Interlocked.Increment(ref rude);
    }

    private async Task LeaveSocketAsync(CancellationToken over)
    {
        using var socket = await IdleWebSockets.OpenAsync(port, "steady", over);
        Count(await IdleWebSockets.AnswersAsync(socket, over));
        Reset(socket);
    }

    private async Task<Socket> SayAsync(string text, CancellationToken over)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port, over);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), over);
        return socket;
    }

    private void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        Interlocked.Increment(ref rude);
    }

    private void Count(bool good) => Interlocked.Increment(ref good ? ref answered : ref failed);
}
