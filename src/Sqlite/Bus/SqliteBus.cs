using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Messaging;
using Portolan.Messaging.Transport;

namespace Portolan.Sqlite.Bus;

/// <summary>
/// The bus of one machine: a log file for each producing service, written by it alone and read by all. No lock is shared
/// between services.
/// </summary>
public sealed partial class SqliteBus : ITransport
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(1);

    private readonly SqliteBusOptions options;
    private readonly Store store;
    private readonly MessageCatalogue catalogue;
    private readonly ILogger<SqliteBus> logger;
    private readonly LogWriter log;
    private readonly Storage.SqliteCheckpointer checkpointer;
    private readonly Doorbell doorbell;
    private readonly Subscriptions subscriptions;
    private readonly ConcurrentDictionary<string, LogSubscriber> subscribers = new(StringComparer.Ordinal);
    private readonly string storeId;
    private volatile bool listed;
    private volatile bool caughtUp;

    private SqliteBus(SqliteBusOptions options, Store store, MessageCatalogue catalogue, LogWriter log, string storeId, ILogger<SqliteBus> logger)
    {
        this.options = options;
        this.store = store;
        this.catalogue = catalogue;
        this.logger = logger;
        this.log = log;
        this.storeId = storeId;
        checkpointer = new Storage.SqliteCheckpointer(log.Path, logger);
        doorbell = new Doorbell(options.Folder);
        subscriptions = new Subscriptions(options);
    }

    /// <summary>Tables this transport keeps in the service's own store.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Embedded(typeof(SqliteBus).Assembly, "sqlite");

    /// <inheritdoc />
    public bool IsCaughtUp => caughtUp |= listed && subscribers.Values.All(subscriber => subscriber.IsCaughtUp);

    /// <inheritdoc />
    public string? Complaint => subscribers.Values.Select(subscriber => subscriber.Complaint).FirstOrDefault(complaint => complaint is not null);

    /// <summary>Opens this service's log, and makes it when it is missing. The store is migrated already.</summary>
    public static async ValueTask<SqliteBus> OpenAsync(
        SqliteBusOptions options, Store store, MessageCatalogue catalogue, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        Storage.Engine.Load();
        Directory.CreateDirectory(options.Folder);
        var log = new LogWriter(options, clock);
        try
        {
            await log.OpenAsync(cancellationToken);
            var storeId = await store.FirstOrDefaultAsync($"select store_id from bus_store", row => row.GetString(0), cancellationToken);
            return new SqliteBus(options, store, catalogue, log, storeId!, loggers.CreateLogger<SqliteBus>());
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<long> GetRelayedAsync(CancellationToken cancellationToken) => await log.GetRelayedAsync(storeId, cancellationToken);

    /// <inheritdoc />
    public async ValueTask PublishAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        await log.AppendAsync(storeId, messages, cancellationToken);
        doorbell.Ring(options.Service);
    }

    /// <inheritdoc />
    public bool HasSubscriber(string type) => subscriptions.HasSubscriber(type);

    /// <inheritdoc />
    public async Task ReceiveAsync(ReceiveDelegate receive, CancellationToken cancellationToken)
    {
        subscribers.Clear();
        var announced = false;
        var trimmed = TimeProvider.System.GetTimestamp();
        var running = new List<Task>();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                announced = announced || Announce();
                running.AddRange(Subscribe(receive, cancellationToken));
                listed = true;
                if (TimeProvider.System.GetElapsedTime(trimmed) > TrimInterval)
                {
                    trimmed = TimeProvider.System.GetTimestamp();
                    await TrimAsync(cancellationToken);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.LookFailed(logger, options.Folder, error);
            }

            await ((Task)doorbell.Newcomer.WaitAsync(options.IdlePoll, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        doorbell.Dispose();
        await checkpointer.DisposeAsync();
        log.Dispose();
    }

    private bool Announce()
    {
        subscriptions.Announce(catalogue.Events);
        return true;
    }

    // Producers come and go; a new one shows as a new file.
    private IEnumerable<Task> Subscribe(ReceiveDelegate receive, CancellationToken cancellationToken)
    {
        foreach (var path in Directory.EnumerateFiles(options.Folder, "*.db"))
        {
            var source = Path.GetFileNameWithoutExtension(path);
            if (!subscribers.ContainsKey(source))
            {
                var subscriber = new LogSubscriber(source, path, store, doorbell.For(source), options, catalogue.Wants, logger);
                subscribers[source] = subscriber;
                yield return Task.Run(() => subscriber.RunAsync(receive, cancellationToken), cancellationToken);
            }
        }
    }

    private async ValueTask TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var turn = await store.TryLockAsync("trim", cancellationToken);
            while (turn is not null && await log.TrimAsync(cancellationToken) is > 0 and var count)
            {
                Log.Trimmed(logger, count, options.Service);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.TrimFailed(logger, options.Service, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, EventName = "LogTrimmed", Message = "{Count} messages past their retention left the log of {Service}")]
        public static partial void Trimmed(ILogger logger, int count, string service);

        [LoggerMessage(Level = LogLevel.Error, EventName = "BusLookFailed", Message = "The bus in {Folder} could not be looked through for new services; it is tried again in a second")]
        public static partial void LookFailed(ILogger logger, string folder, Exception error);

        [LoggerMessage(Level = LogLevel.Warning, EventName = "TrimFailed", Message = "The log of {Service} could not be trimmed; it is tried again in a minute")]
        public static partial void TrimFailed(ILogger logger, string service, Exception error);
    }
}
