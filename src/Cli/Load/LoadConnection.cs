using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Tasks.Sources;

namespace Portolan.Cli.Load;

/// <summary>One connection: it takes a turn, sends, waits for the whole answer, and takes the next; or rests until it is called.</summary>
internal sealed class LoadConnection(
    LoadPlan plan, LoadTarget target, LoadDesk desk, CancellationToken stop) : IValueTaskSource<long>, IDisposable
{
    /// <summary>No turn: the run is over.</summary>
    public const long Over = -1;

    private const long Nothing = long.MaxValue;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);
    private readonly AnswerParser parser = new(plan.Request.Method == "HEAD");
    private readonly bool repeatable = plan.Request.Method is not ("POST" or "PATCH");
    private ManualResetValueTaskSourceCore<long> call;
    private Stream? stream;
    private long deadline = Nothing;
    private bool used;

    /// <summary>Connects before the clock runs. Who cannot be reached is found out when the first request is due.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            stream = await target.ConnectAsync(cancellationToken);
        }
        catch (Exception failed) when (KindOf(failed) is not null || failed is OperationCanceledException)
        {
            stream = null;
        }
    }

    public async Task RunAsync()
    {
        long due;
        while ((due = await TurnAsync()) != Over)
        {
            var sent = desk.Clock.Now;
            try
            {
                Volatile.Write(ref deadline, sent + plan.Timeout.Ticks);
                await ExchangeAsync();
                desk.Counts.Answer(parser.Status, parser.Length, due, sent, desk.Clock.Now);
            }
            catch (Exception failed) when (KindOf(failed) is { } kind)
            {
                Close();
                if (stop.IsCancellationRequested)
                {
                    return;
                }

                var late = Volatile.Read(ref deadline) == Nothing;
                desk.Counts.Fail(late ? LoadFailure.Timeout : kind, due, sent, desk.Clock.Now);
                if (plan.Rate is null)
                {
                    // Nothing paces it, and failing can be faster than anything else.
                    await Task.Delay(Breath, desk.Time, CancellationToken.None);
                }
            }
        }
    }

    /// <summary>Gives a resting connection its turn, or <see cref="Over"/>.</summary>
    public void Call(long due) => call.SetResult(due);

    /// <summary>Ends what takes longer than it may.</summary>
    public void Sweep(long now)
    {
        var set = Volatile.Read(ref deadline);
        if (now > set && Interlocked.CompareExchange(ref deadline, Nothing, set) == set)
        {
            stream?.Dispose();
        }
    }

    /// <summary>Ends it at once; what is under way counts for nothing.</summary>
    public void Abandon() => stream?.Dispose();

    public void Dispose() => Close();

    long IValueTaskSource<long>.GetResult(short token) => call.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<long>.GetStatus(short token) => call.GetStatus(token);

    void IValueTaskSource<long>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        call.OnCompleted(continuation, state, token, flags);

    private ValueTask<long> TurnAsync()
    {
        Volatile.Write(ref deadline, Nothing);
        if (desk.Schedule.TryTake(desk.Clock.Now, out var due))
        {
            return new(due);
        }

        call.Reset();
        desk.Resting.Enqueue(this);
        return new(this, call.Version);
    }

    private async Task ExchangeAsync()
    {
        while (true)
        {
            var fresh = stream is null;
            stream ??= await ConnectAsync();
            parser.Reset();
            try
            {
                await stream.WriteAsync(plan.Request.Bytes);
                await ReadAsync(stream);
                used = true;
                return;
            }
            catch (IOException) when (!fresh && used && repeatable && !parser.Begun && Volatile.Read(ref deadline) != Nothing && !stop.IsCancellationRequested)
            {
                // It was closed while it rested, as any server may: that is no failure, but what every client tries again.
                Close();
            }
        }
    }

    private async Task<Stream> ConnectAsync()
    {
        used = false;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(plan.Timeout);
        try
        {
            var connected = await target.ConnectAsync(patience.Token);
            Volatile.Write(ref deadline, desk.Clock.Now + plan.Timeout.Ticks);
            return connected;
        }
        catch (OperationCanceledException)
        {
            Volatile.Write(ref deadline, Nothing);
            throw new IOException("Connecting took too long.");
        }
    }

    private async ValueTask ReadAsync(Stream from)
    {
        int count;
        while ((count = await from.ReadAsync(parser.Room)) > 0)
        {
            if (parser.Take(count))
            {
                if (!parser.KeepsAlive)
                {
                    Close();
                }

                return;
            }
        }

        Close();
        if (!parser.End())
        {
            throw new EndOfStreamException();
        }
    }

    private void Close()
    {
        stream?.Dispose();
        stream = null;
    }

    private static LoadFailure? KindOf(Exception failed) => failed switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => LoadFailure.Refused,
        SocketException => LoadFailure.Connect,
        AuthenticationException => LoadFailure.Tls,
        FormatException => LoadFailure.Malformed,
        IOException or ObjectDisposedException => LoadFailure.Closed,
        _ => null,
    };
}
