using Portolan.Core.Database;
using Portolan.Messaging.Outbox;
using Portolan.Messaging.Signals;
using Portolan.Messaging.Transport;
using Portolan.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portolan.Messaging.Tests.Outbox;

public sealed class RelayTests
{
    [Fact]
    public async Task Messages_leave_in_the_order_of_their_commits_whatever_the_batch()
    {
        await using var shop = await TestPlatform.StartAsync(platform => platform
            .Service("orders", parts => parts.With(), options => options.Messaging.RelayBatch = 3));
        for (var order = 0; order < 10; order++)
        {
            await shop["orders"].Bus.SendAsync(new Placed($"{order}"));
        }

        await shop.RunUntilIdleAsync();

        Assert.Equal(Enumerable.Range(0, 10).Select(order => $"{order}"), shop.Bus.Messages.Select(message => message.Key));
        Assert.Equal(0, await shop.CountAsync("orders", "outbox"));
    }

    [Fact]
    public async Task What_the_transport_did_not_take_stays_and_is_handed_over_later()
    {
        await using var shop = await TestPlatform.StartAsync(platform => platform.Service("orders", parts => parts.With()));
        var orders = shop["orders"];
        await orders.Bus.SendAsync(new Placed("a"));
        await using var transport = new Refusing();
        using var signal = new RelaySignal();
        var relay = new OutboxRelay(orders.Store, transport, signal, orders.Get<MessagingOptions>(), shop.Clock, NullLogger<OutboxRelay>.Instance);

        await Assert.ThrowsAsync<IOException>(async () => await relay.RelayBatchAsync(default));
        await relay.DeleteRelayedAsync(default);
        Assert.Equal(1, await shop.CountAsync("orders", "outbox"));

        transport.IsUp = true;
        Assert.True(await relay.RelayBatchAsync(default));
        Assert.False(await relay.RelayBatchAsync(default));
        Assert.Equal("a", Assert.Single(transport.Taken).Envelope.Key);
    }

    [Fact]
    public async Task A_relay_that_was_killed_before_it_deleted_goes_on_where_the_transport_remembers()
    {
        await using var shop = await TestPlatform.StartAsync(platform => platform.Service("orders", parts => parts.With()));
        var orders = shop["orders"];
        await orders.Bus.SendAsync(new Placed("a"));
        await using var transport = new Refusing { IsUp = true };
        using var signal = new RelaySignal();
        await New().RelayBatchAsync(default);

        await orders.Bus.SendAsync(new Placed("b"));
        await New().RelayBatchAsync(default);

        Assert.Equal(["a", "b"], transport.Taken.Select(message => message.Envelope.Key));

        OutboxRelay New() => new(orders.Store, transport, signal, orders.Get<MessagingOptions>(), shop.Clock, NullLogger<OutboxRelay>.Instance);
    }

    [Fact]
    public async Task Something_that_is_no_message_is_refused_with_the_fix()
    {
        await using var shop = await TestPlatform.StartAsync(platform => platform.Service("orders", parts => parts.With()));

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await shop["orders"].Bus.SendAsync(new Reserved("a")));

        Assert.StartsWith("Reserved is not a message: mark it [Command(", error.Message, StringComparison.Ordinal);
    }

    private sealed class Refusing : ITransport
    {
        public bool IsUp { get; set; }

        public List<OutboxMessage> Taken { get; } = [];

        public bool IsCaughtUp => true;

        public string? Complaint => null;

        public ValueTask<long> GetRelayedAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Taken.Count == 0 ? 0 : Taken[^1].Position);

        public ValueTask PublishAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
        {
            Taken.AddRange(IsUp ? messages : throw new IOException("The bus is gone."));
            return ValueTask.CompletedTask;
        }

        public bool HasSubscriber(string type) => true;

        public Task ReceiveAsync(ReceiveDelegate receive, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
