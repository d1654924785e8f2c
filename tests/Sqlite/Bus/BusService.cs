using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Transport;
using Portolan.Sqlite.Bus;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Bus;

/// <summary>One instance of a service as far as the bus sees it: its store, its bus, and what it received.</summary>
internal sealed class BusService : IAsyncDisposable
{
    public const string Happened = "test.happened.v1";

    private CancellationTokenSource stopping = new();
    private Task receiving = Task.CompletedTask;

    private BusService(string name, SqliteStore store, SqliteBus bus)
    {
        Name = name;
        Store = store;
        Bus = bus;
    }

    public string Name { get; }

    public SqliteStore Store { get; }

    public SqliteBus Bus { get; }

    public ConcurrentQueue<Envelope> Received { get; } = new();

    public IEnumerable<int> Keys => Received.Select(envelope => int.Parse(envelope.Key!));

    public static async Task<BusService> OpenAsync(string folder, string name, ILoggerFactory logs, TimeSpan? idlePoll = null)
    {
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(folder, "data", name + ".db") }, TimeProvider.System, logs);
        await store.MigrateAsync(SqliteBus.Migrations);
        var type = new MessageType(Happened, typeof(Occurrence), MessageKind.Event, null, null);
        var handler = new Handler("test", typeof(Occurrence), null, (_, _, _, _) => ValueTask.FromResult<object?>(null));
        var options = new SqliteBusOptions
        {
            Folder = Path.Combine(folder, "bus"),
            Service = name,
            ReadBatch = 10,
            IdlePoll = idlePoll ?? TimeSpan.FromMilliseconds(50),
        };
        return new BusService(name, store, await SqliteBus.OpenAsync(options, store, new MessageCatalogue(name, [type], [handler]), TimeProvider.System, logs));
    }

    public ValueTask PublishAsync(int first, int count, string type = Happened, string? destination = null) =>
        Bus.PublishAsync([.. Enumerable.Range(first, count).Select(position => Message(position, type, destination))], CancellationToken.None);

    public OutboxMessage Message(int position, string type = Happened, string? destination = null, DateTimeOffset? time = null) => new(
        position,
        new Envelope
        {
            Id = Guid.NewGuid(),
            Type = type,
            Source = Name,
            Destination = destination,
            Key = position.ToString(),
            Time = time ?? TimeProvider.System.GetUtcNow(),
            Body = "{}"u8.ToArray(),
        });

    public void Start()
    {
        stopping = new CancellationTokenSource();
        receiving = Bus.ReceiveAsync(
            (batch, _) =>
            {
                foreach (var envelope in batch)
                {
                    Received.Enqueue(envelope);
                }

                return Task.CompletedTask;
            },
            stopping.Token);
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await receiving.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public Task HasReceivedAsync(int count) => Eventually.IsTrueAsync(() => Received.Count >= count, $"{Name} received {count}, but has {Received.Count}");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Bus.DisposeAsync();
        await Store.DisposeAsync();
    }

    internal sealed record Occurrence;
}
