using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.Signals;
using Portolan.Messaging.Transport;

namespace Portolan.Sqlite.Bus;

/// <summary>
/// Receives one service's log for this service. Of the instances that share the store one does, under a lock that goes
/// over when it ends. The stored cursor trails behind by up to a second; what is received again after a crash stops at the inbox.
/// </summary>
internal sealed partial class LogSubscriber(
    string source, string path, Store store, WakeSignal signal, SqliteBusOptions options, Func<string, string?, bool> wants, ILogger logger)
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(5);

    private readonly LogCursor cursor = new(store, source);
    private long position;
    private long saved;
    private long savedAt;

    /// <summary>True once the end of the log was reached, here or, as far as its cursor tells, in another instance.</summary>
    public bool IsCaughtUp { get; private set; }

    /// <summary>Set when messages were lost to retention.</summary>
    public string? Complaint { get; private set; }

    public async Task RunAsync(ReceiveDelegate receive, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var turn = await store.TryLockAsync("bus-" + source, cancellationToken);
                if (turn is not null)
                {
                    await FollowAsync(receive, cancellationToken);
                }

                await CompareWithOtherInstanceAsync(cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                Log.Failed(logger, source, error);
            }

            await Task.Delay(options.IdlePoll, TimeProvider.System, cancellationToken);
        }
    }

    private async Task FollowAsync(ReceiveDelegate receive, CancellationToken cancellationToken)
    {
        using var reader = new LogReader(path, wants);
        if (reader.Identify() is not { } log)
        {
            return;
        }

        position = saved = await StartAsync(log, cancellationToken);
        var pause = ShortestPoll;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var page = reader.Read(position, options.ReadBatch);
                Complain(page.Lost);
                if (page.Messages.Count > 0)
                {
                    await receive(page.Messages, cancellationToken);
                    pause = ShortestPoll;
                }

                position = page.Position;
                await SaveNowAndThenAsync(log.LogId, cancellationToken);
                if (page.IsEnd)
                {
                    IsCaughtUp = true;
                    pause = await signal.WaitAsync(pause, cancellationToken) ? ShortestPoll : Longer(pause);
                    if (pause == options.IdlePoll && reader.IsReplaced)
                    {
                        return;
                    }
                }
            }
        }
        finally
        {
            await SaveAsync(log.LogId, CancellationToken.None);
        }
    }

    private TimeSpan Longer(TimeSpan pause) => pause * 2 < options.IdlePoll ? pause * 2 : options.IdlePoll;

    // A group that is new to this log begins at the oldest message kept.
    private async ValueTask<long> StartAsync(LogIdentity log, CancellationToken cancellationToken)
    {
        var stored = await cursor.LoadAsync(log.LogId, cancellationToken);
        Complain(stored is { } last ? log.Trimmed - last : 0);
        return Math.Max(stored ?? 0, log.Trimmed);
    }

    private void Complain(long lost)
    {
        if (lost > 0)
        {
            Complaint = $"Up to {lost} messages of {source} left its log before this service received them.";
            Log.Lost(logger, source, lost);
        }
    }

    private async ValueTask SaveNowAndThenAsync(string logId, CancellationToken cancellationToken)
    {
        if (position > saved && TimeProvider.System.GetElapsedTime(savedAt) > SaveInterval)
        {
            await SaveAsync(logId, cancellationToken);
        }
    }

    private async ValueTask SaveAsync(string logId, CancellationToken cancellationToken)
    {
        if (position > saved)
        {
            await cursor.SaveAsync(logId, position, cancellationToken);
            saved = position;
            savedAt = TimeProvider.System.GetTimestamp();
        }
    }

    private async ValueTask CompareWithOtherInstanceAsync(CancellationToken cancellationToken)
    {
        if (IsCaughtUp)
        {
            return;
        }

        using var reader = new LogReader(path, wants);
        IsCaughtUp = reader.Identify() is { } log && (log.Last == log.Trimmed || await cursor.LoadAsync(log.LogId, cancellationToken) >= log.Last);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "SubscriptionFailed", Message = "Receiving from {Source} failed; it goes on in a second")]
        public static partial void Failed(ILogger logger, string source, Exception error);

        [LoggerMessage(Level = LogLevel.Error, EventName = "MessagesLost",
            Message = "Up to {Count} messages of {Source} left its log before this service received them: it was away, or behind, for longer than the log's retention")]
        public static partial void Lost(ILogger logger, string source, long count);
    }
}
