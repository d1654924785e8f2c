using Portolan.Core.Correlation;
using Portolan.Core.Flags;
using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Outbox;
using Portolan.Messaging.Transport;

namespace Portolan.Messaging.Tests.Consuming;

public sealed class HandlingTests
{
    [Fact]
    public async Task A_command_is_handled_by_its_destination_and_what_the_handler_returns_is_published()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Handle<Reserve>(async (message, store) =>
        {
            await store.WriteDownAsync(message.Order);
            return new Reserved(message.Order);
        }));

        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["o-1"], await shop.EffectsAsync());
        Assert.Equal(["reserve.v1", "reserved.v1"], shop.Bus.Messages.Select(message => message.Type));
        Assert.Equal(0, await shop.CountAsync("orders", "outbox"));
        Assert.Equal(1, await shop.CountAsync("stock", "inbox"));
    }

    [Fact]
    public async Task Nothing_is_sent_by_a_transaction_that_rolls_back()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await shop["orders"].Store.WriteAsync<int>(async transaction =>
        {
            await shop["orders"].Bus.SendAsync(transaction, new Reserve("o-1"));
            throw new InvalidOperationException();
        }));
        await shop.RunUntilIdleAsync();

        Assert.Empty(shop.Bus.Messages);
    }

    [Fact]
    public async Task Duplicates_stop_at_the_inbox()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving(), platform => platform.Bus.Duplicates = 1);

        for (var order = 0; order < 20; order++)
        {
            await shop["orders"].Bus.SendAsync(new Reserve($"o-{order}"));
        }

        await shop.RunUntilIdleAsync();

        Assert.Equal(20, (await shop.EffectsAsync()).Distinct().Count());
        Assert.Equal(20, (await shop.EffectsAsync()).Count);
    }

    [Fact]
    public async Task A_handler_that_calls_itself_idempotent_sees_duplicates()
    {
        await using var shop = await Shop.StartAsync(
            stock => stock.Handle<Reserve>(async (message, store) => { await store.WriteDownAsync(message.Order); return null; }, idempotent: true),
            platform => platform.Bus.Duplicates = 1);

        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["o-1", "o-1"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_duplicate_makes_no_second_load()
    {
        var loads = 0;
        await using var shop = await Shop.StartAsync(
            stock => stock.Handle(new Handler(
                "Loading", typeof(Reserve), (_, _) => ValueTask.FromResult<object?>(++loads), (_, _, loaded, _) => ValueTask.FromResult<object?>(null))),
            platform => platform.Bus.Duplicates = 1);

        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop.RunUntilIdleAsync();

        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task A_message_that_was_being_handled_when_the_service_crashed_is_handled_once()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());
        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop["orders"].Get<MessagingRuntime>().RunOnceAsync();
        await shop["stock"].Get<MessagingRuntime>().HandleAsync(shop.Bus.Messages); // committed, but the bus was never told

        await shop.RestartAsync("stock");
        await shop.RunUntilIdleAsync();

        Assert.Equal(["reserve o-1"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_new_group_starts_at_the_oldest_message()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Handle<Placed>(async (message, store) =>
        {
            await store.WriteDownAsync(message.Order);
            return null;
        }));
        shop["stock"].IsDown = true;
        await shop["orders"].Bus.SendAsync(new Placed("o-1"));
        await shop["orders"].Bus.SendAsync(new Placed("o-2"));
        await shop.RunUntilIdleAsync();
        Assert.Empty(await shop.EffectsAsync());

        shop["stock"].IsDown = false;
        await shop.RunUntilIdleAsync();

        Assert.Equal(["o-1", "o-2"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task Messages_sent_by_a_handler_stay_in_the_user_action_and_in_the_trace()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(message => new Reserved(message.Order)));

        CorrelationContext.Current = new CorrelationContext("request-1", "action-1", null);
        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        CorrelationContext.Current = null;
        await shop.RunUntilIdleAsync();

        var (command, answer) = (shop.Bus.Messages[0].Headers, shop.Bus.Messages[1].Headers);
        Assert.Equal("action-1", command[EnvelopeHeaders.CorrelationId]);
        Assert.Equal("action-1", answer[EnvelopeHeaders.CorrelationId]);
        Assert.NotEqual(command[EnvelopeHeaders.RequestId], answer[EnvelopeHeaders.RequestId]);
        Assert.StartsWith("00-", answer[EnvelopeHeaders.TraceParent], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feature_flags_go_with_messages_and_with_what_their_handlers_send()
    {
        var seen = new List<bool>();
        await using var shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(message =>
        {
            seen.Add(FeatureFlags.IsOn("express"));
            return new Reserved(message.Order);
        }));

        FeatureFlags.Current = "dark, express";
        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        FeatureFlags.Current = null;
        await shop["orders"].Bus.SendAsync(new Reserve("o-2"));
        await shop.RunUntilIdleAsync();

        Assert.Equal([true, false], seen);
        Assert.Equal(["dark, express", "dark, express"], shop.Bus.Messages.Where(message => message.Headers.ContainsKey(EnvelopeHeaders.FeatureFlags)).Select(message => message.Headers[EnvelopeHeaders.FeatureFlags]));
    }

    [Fact]
    public async Task A_refusal_is_the_answer_wherever_it_stands_among_what_is_returned()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(message => (new Reserved(message.Order), new Rejection("NO", "No."))));
        var headers = new Dictionary<string, string> { [EnvelopeHeaders.ReplyTo] = "elsewhere", [EnvelopeHeaders.ReplyToken] = "token" };

        await shop["orders"].Store.WriteAsync(async transaction =>
        {
            await shop["orders"].Get<OutboxWriter>().AddAsync(transaction, new Reserve("o-1"), headers);
            return true;
        });
        await shop.RunUntilIdleAsync();

        var reply = shop.Bus.Messages.Single(message => message.Type == Reply.TypeName);
        Assert.Equal("elsewhere", reply.Destination);
        Assert.Equal("NO", ((Reply)shop["stock"].Get<MessageJson>().Deserialize(reply.Body.Span, typeof(Reply))).Rejection?.Code);
        Assert.Contains(shop.Bus.Messages, message => message.Type == "reserved.v1");
    }

    [Fact]
    public async Task The_loops_go_on_after_the_transport_failed()
    {
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(_ => { handled.TrySetResult(); return null; }));
        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop["orders"].Get<MessagingRuntime>().RunOnceAsync();

        var stock = shop["stock"];
        await using var transport = new FailingOnce(stock.Get<ITransport>());
        var consumer = new Messaging.Consuming.MessageConsumer(
            transport, stock.Get<MessageCatalogue>(), stock.Get<Messaging.Consuming.MessageHandling>(), stock.DeadLetters, stock.Store,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Messaging.Consuming.MessageConsumer>.Instance);
        using var stopping = new CancellationTokenSource();
        var running = consumer.RunAsync(stopping.Token);

        await handled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class FailingOnce(ITransport inner) : ITransport
    {
        private bool failed;

        public bool IsCaughtUp => inner.IsCaughtUp;

        public string? Complaint => inner.Complaint;

        public ValueTask<long> GetRelayedAsync(CancellationToken cancellationToken) => inner.GetRelayedAsync(cancellationToken);

        public ValueTask PublishAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken) => inner.PublishAsync(messages, cancellationToken);

        public bool HasSubscriber(string type) => inner.HasSubscriber(type);

        public Task ReceiveAsync(ReceiveDelegate receive, CancellationToken cancellationToken)
        {
            if (failed)
            {
                return inner.ReceiveAsync(receive, cancellationToken);
            }

            failed = true;
            throw new IOException("The bus is gone.");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
