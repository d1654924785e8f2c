using System.Threading.Channels;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Transport;

namespace Portolan.Conformance.Tests.Transports;

public sealed record Ordered(int Number);

public sealed record Ship(int Number);

/// <summary>What every transport must do. An adapter says how to open one end of it; all ends meet on the same bus.</summary>
public abstract class TransportConformance : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<End> ends = [];

    [Fact]
    public async Task An_event_reaches_every_group_that_subscribes_and_no_other()
    {
        var orders = await StartAsync("orders");
        var (first, second, deaf) = (await StartAsync("first", typeof(Ordered)), await StartAsync("second", typeof(Ordered)), await StartAsync("deaf", typeof(Ship)));

        await orders.PublishAsync(Event(1));
        await orders.PublishAsync(Command(2, "deaf"));

        Assert.Equal(1, (await first.NextAsync()).Number);
        Assert.Equal(1, (await second.NextAsync()).Number);
        Assert.Equal(2, (await deaf.NextAsync()).Number);
    }

    [Fact]
    public async Task A_command_reaches_its_destination_only()
    {
        var orders = await StartAsync("orders");
        var (shipping, other) = (await StartAsync("shipping", typeof(Ship)), await StartAsync("other", typeof(Ship)));

        await orders.PublishAsync(Command(1, "shipping"), Command(2, "other"));

        Assert.Equal(1, (await shipping.NextAsync()).Number);
        Assert.Equal(2, (await other.NextAsync()).Number);
    }

    [Fact]
    public async Task A_message_arrives_as_it_was_sent()
    {
        var orders = await StartAsync("orders");
        var shipping = await StartAsync("shipping", typeof(Ship));
        var sent = Command(1, "shipping") with { Key = "k", Headers = new Dictionary<string, string> { ["traceparent"] = "00-é" } };

        await orders.PublishAsync(sent);

        var received = (await shipping.NextAsync()).Envelope;
        Assert.Equal((sent.Id, sent.Type, sent.Source, sent.Destination, sent.Key, sent.Time), (received.Id, received.Type, received.Source, received.Destination, received.Key, received.Time));
        Assert.Equal(sent.Headers, received.Headers);
        Assert.Equal(sent.Body.ToArray(), received.Body.ToArray());
    }

    [Fact]
    public async Task Messages_of_one_source_arrive_in_order()
    {
        var orders = await StartAsync("orders");
        var group = await StartAsync("group", typeof(Ordered));
        for (var number = 0; number < 500; number += 50)
        {
            await orders.PublishAsync([.. Enumerable.Range(number, 50).Select(Event)]);
        }

        for (var number = 0; number < 500; number++)
        {
            Assert.Equal(number, (await group.NextAsync()).Number);
        }
    }

    [Fact]
    public async Task A_new_group_starts_at_the_oldest_message_and_is_caught_up_when_it_has_them()
    {
        var orders = await StartAsync("orders");
        await orders.PublishAsync(Event(1), Event(2));

        var group = await StartAsync("group", typeof(Ordered));

        Assert.Equal((1, 2), ((await group.NextAsync()).Number, (await group.NextAsync()).Number));
        await group.UntilCaughtUpAsync(Patience);
    }

    [Fact]
    public async Task A_group_that_went_away_goes_on_where_it_was()
    {
        var orders = await StartAsync("orders");
        var group = await StartAsync("group", typeof(Ordered));
        await orders.PublishAsync(Event(1));
        await group.NextAsync();
        await group.DisposeAsync();
        await orders.PublishAsync(Event(2));

        var again = await StartAsync("group", typeof(Ordered));

        Assert.Equal(2, (await again.NextAsync()).Number);
    }

    [Fact]
    public async Task What_was_not_settled_comes_again()
    {
        var orders = await StartAsync("orders");
        var failed = 0;
        var group = await StartAsync("group", [typeof(Ordered)], () => failed++ == 0 ? throw new InvalidOperationException("crash") : Task.CompletedTask);

        await orders.PublishAsync(Event(1));

        Assert.Equal(1, (await group.NextAsync()).Number);
        Assert.Equal(2, failed);
    }

    [Fact]
    public async Task It_remembers_how_far_the_outbox_was_handed_over_or_says_that_it_does_not()
    {
        var orders = await StartAsync("orders");
        await orders.PublishAsync(Event(1), Event(2));

        Assert.True(await orders.Transport.GetRelayedAsync(default) is 0 or 2);
    }

    [Fact]
    public async Task It_knows_whether_anybody_subscribes()
    {
        var orders = await StartAsync("orders");
        Assert.False(orders.Transport.HasSubscriber("ordered.v1"));

        var group = await StartAsync("group", typeof(Ordered));
        await orders.PublishAsync(Event(1));
        await group.NextAsync();

        Assert.True(orders.Transport.HasSubscriber("ordered.v1"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var end in ends)
        {
            await end.DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One service's end; the same service may be opened again after it was disposed.</summary>
    protected abstract ValueTask<ITransport> OpenAsync(MessageCatalogue catalogue);

    protected virtual ValueTask CleanAsync() => ValueTask.CompletedTask;

    private Task<End> StartAsync(string service, params Type[] handles) => StartAsync(service, handles, () => Task.CompletedTask);

    private async Task<End> StartAsync(string service, Type[] handles, Func<Task> settle)
    {
        var catalogue = new MessageCatalogue(
            service,
            [new MessageType("ordered.v1", typeof(Ordered), MessageKind.Event, null, null), new MessageType("ship.v1", typeof(Ship), MessageKind.Command, null, null)],
            handles.Select(type => new Handler(type.Name, type, null, (_, _, _, _) => ValueTask.FromResult<object?>(null))));
        var end = new End(await OpenAsync(catalogue), settle);
        ends.Add(end);
        return end;
    }

    private static Envelope Event(int number) => Message("ordered.v1", null, number);

    private static Envelope Command(int number, string destination) => Message("ship.v1", destination, number);

    private static Envelope Message(string type, string? destination, int number) => new()
    {
        Id = Guid.NewGuid(), Type = type, Source = "orders", Destination = destination, Body = BitConverter.GetBytes(number),
        Time = new DateTimeOffset(2025, 1, 1, 12, 0, 0, 123, TimeSpan.Zero),
    };

    private sealed record Received(int Number, Envelope Envelope);

    private sealed class End : IAsyncDisposable
    {
        private readonly Channel<Received> received = Channel.CreateUnbounded<Received>();
        private readonly CancellationTokenSource stopping = new();
        private readonly Task receiving;
        private long position;
        private bool stopped;

        public End(ITransport transport, Func<Task> settle)
        {
            Transport = transport;
            receiving = Task.Run(() => transport.ReceiveAsync(
                async (batch, _) =>
                {
                    await settle();
                    foreach (var envelope in batch)
                    {
                        received.Writer.TryWrite(new Received(BitConverter.ToInt32(envelope.Body.Span), envelope));
                    }
                },
                stopping.Token));
        }

        public ITransport Transport { get; }

        public ValueTask PublishAsync(params Envelope[] messages) =>
            Transport.PublishAsync([.. messages.Select(message => new OutboxMessage(++position, message))], default);

        public Task<Received> NextAsync() => received.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        // The port has no signal for it: health checks ask, and so does this.
        public async Task UntilCaughtUpAsync(TimeSpan patience)
        {
            var started = TimeProvider.System.GetTimestamp();
            while (!Transport.IsCaughtUp)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < patience, "It never caught up.");
                await Task.Yield();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
            await stopping.CancelAsync();
            await receiving.ContinueWith(_ => { }, TaskScheduler.Default);
            await Transport.DisposeAsync();
            stopping.Dispose();
        }
    }
}
