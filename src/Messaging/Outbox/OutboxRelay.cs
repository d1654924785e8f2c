using System.Data.Common;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Signals;
using Portolan.Messaging.Transport;

namespace Portolan.Messaging.Outbox;

/// <summary>
/// Moves outbox rows to the transport, in order. Every instance of a service relays, under one lock of the store, so a
/// commit waits for no election. The transport remembers how far it got in the same commit as the messages, which makes
/// the hand-over exact; rows are deleted later and together, so that they cost no sync of their own.
/// </summary>
internal sealed partial class OutboxRelay(
    Store store, ITransport transport, RelaySignal signal, MessagingOptions options, TimeProvider clock, ILogger<OutboxRelay> logger)
{
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SubscriberGrace = TimeSpan.FromSeconds(15);

    // A relay that is never idle must not let the table grow.
    private const int MostRelayed = 10_000;

    private readonly HashSet<string> complained = [];
    private readonly long started = clock.GetTimestamp();
    private long relayed;
    private long deleted;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                // Deleting costs a commit of its own: only when nobody wants the writer, or the table has grown.
                var quiet = !await RelayBatchAsync(cancellationToken) && !await signal.WaitAsync(IdlePoll, cancellationToken);
                if (quiet || relayed - deleted >= MostRelayed)
                {
                    await DeleteRelayedAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Nothing is lost: the rows are still there.
                Log.Failed(logger, error);
                await signal.WaitAsync(IdlePoll, cancellationToken);
            }
        }
    }

    /// <summary>Relays one batch. False when there was nothing to do.</summary>
    internal async ValueTask<bool> RelayBatchAsync(CancellationToken cancellationToken)
    {
        await using var turn = await store.TryLockAsync("relay", cancellationToken);
        if (turn is null)
        {
            // Another instance relays now and may have read before our commit: look again in a moment.
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
            return await HasRowsAsync(cancellationToken);
        }

        relayed = Math.Max(relayed, await transport.GetRelayedAsync(cancellationToken));
        var batch = await store.QueryAsync(
            $"""
            select position, id, type, source, destination, key, headers, time, body
            from outbox where position > {relayed} order by position limit {options.RelayBatch}
            """,
            Read,
            cancellationToken);
        if (batch.Count == 0)
        {
            return false;
        }

        await transport.PublishAsync(batch, cancellationToken);
        relayed = batch[^1].Position;
        WarnOfSilence(batch);
        return true;
    }

    internal async ValueTask DeleteRelayedAsync(CancellationToken cancellationToken)
    {
        if (relayed > deleted)
        {
            await store.WriteAsync(
                async transaction => { await transaction.ExecuteAsync($"delete from outbox where position <= {relayed}"); }, cancellationToken);
            deleted = relayed;
        }
    }

    private async ValueTask<bool> HasRowsAsync(CancellationToken cancellationToken) =>
        await store.FirstOrDefaultAsync($"select max(position) from outbox", row => row.IsDBNull(0) ? 0 : row.GetInt64(0), cancellationToken) > relayed;

    private void WarnOfSilence(List<OutboxMessage> batch)
    {
        // Services of a system start together: give the others time to say what they want.
        if (clock.GetElapsedTime(started) < SubscriberGrace)
        {
            return;
        }

        foreach (var message in batch)
        {
            var envelope = message.Envelope;
            if (envelope.Destination is null && !complained.Contains(envelope.Type) && !transport.HasSubscriber(envelope.Type))
            {
                complained.Add(envelope.Type);
                Log.NoSubscriber(logger, envelope.Type);
            }
        }
    }

    private static OutboxMessage Read(DbDataReader row) => new(row.GetInt64(0), EnvelopeRow.Read(row, 1));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "RelayFailed", Message = "Relaying the outbox failed; it goes on in a second")]
        public static partial void Failed(ILogger logger, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, EventName = "NoSubscriber", Message = "Event {Type} is published, but no service subscribes to it")]
        public static partial void NoSubscriber(ILogger logger, string type);
    }
}
