using System.Text.Json;
using Portolan.Core.Handlers;
using Portolan.Messaging.Consuming;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Envelopes;
using Portolan.Testing;

namespace Portolan.Messaging.Tests.Consuming;

public sealed class PoisonTests
{
    private bool repaired;

    [Fact]
    public async Task A_handler_that_always_throws_makes_a_dead_letter_with_its_exception_its_trace_and_its_body()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());
        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail"));

        var letter = await UntilDeadAsync(shop);

        Assert.Equal(5, letter.Attempts);
        Assert.Equal("Test.Reserve", letter.Handler);
        Assert.Equal("System.InvalidOperationException", letter.ErrorType);
        Assert.Equal("reserve a is impossible", letter.ErrorMessage);
        Assert.Contains(nameof(Shop.HandleAsync), letter.Exception, StringComparison.Ordinal);
        Assert.Equal(32, letter.TraceId?.Length);
        Assert.Equal(shop.Bus.Messages[0].Id, letter.Envelope.Id);
        Assert.Equal("""{"order":"a","mode":"fail"}""", System.Text.Encoding.UTF8.GetString(letter.Envelope.Body.Span));
        Assert.Empty(await shop.EffectsAsync());
        Assert.Equal(0, await shop.CountAsync("stock", "parked"));
    }

    [Fact]
    public async Task The_delay_between_attempts_grows()
    {
        var attempts = new List<DateTimeOffset>();
        TestPlatform? shop = null;
        shop = await Shop.StartAsync(stock => stock.Answer<Reserve>(_ =>
        {
            attempts.Add(shop!.Clock.GetUtcNow());
            throw new InvalidOperationException();
        }));
        await using var _ = shop;
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();
        for (var step = 0; step < 200; step++)
        {
            await shop.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        var gaps = attempts.Zip(attempts.Skip(1), (first, second) => (second - first).TotalMilliseconds);
        Assert.Equal([200, 800, 3_200, 12_800], gaps);
    }

    [Fact]
    public async Task A_redrive_completes_what_was_repaired_under_the_same_id_and_once()
    {
        await using var shop = await Shop.StartAsync(Repairable);
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        var letter = await UntilDeadAsync(shop);

        repaired = true;
        Assert.True(await shop["stock"].DeadLetters.RedriveAsync(letter.Id));
        Assert.False(await shop["stock"].DeadLetters.RedriveAsync(letter.Id));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["a"], await shop.EffectsAsync());
        Assert.Equal(0, await shop["stock"].DeadLetters.CountAsync());
        Assert.Equal(0, await shop.CountAsync("stock", "parked"));
    }

    [Fact]
    public async Task A_redriven_letter_that_fails_again_has_all_its_attempts_again()
    {
        await using var shop = await Shop.StartAsync(Repairable);
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        var first = await UntilDeadAsync(shop);
        await shop["stock"].DeadLetters.RedriveAsync(first.Id);

        var second = await UntilDeadAsync(shop);

        Assert.Equal(5, second.Attempts);
        Assert.Equal(first.Envelope.Id, second.Envelope.Id);
    }

    [Fact]
    public async Task A_duplicate_of_a_dead_letter_makes_no_second_one()
    {
        await using var shop = await Shop.StartAsync(Repairable);
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await UntilDeadAsync(shop);

        await shop["stock"].Get<MessagingRuntime>().HandleAsync(shop.Bus.Messages);
        var letter = await UntilDeadAsync(shop);
        Assert.Equal(1, await shop["stock"].DeadLetters.CountAsync());

        repaired = true;
        await shop["stock"].DeadLetters.RedriveAsync(letter.Id);
        await shop["stock"].Get<MessagingRuntime>().HandleAsync(shop.Bus.Messages);
        await shop.RunUntilIdleAsync();

        Assert.Equal(["a"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_body_that_is_not_the_handlers_JSON_is_a_dead_letter_at_once()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());
        var envelope = new Envelope
        {
            Id = Guid.NewGuid(), Type = "reserve.v1", Source = "orders", Destination = "stock", Time = shop.Clock.GetUtcNow(), Body = "{\"order\":"u8.ToArray(),
        };

        await shop["stock"].Get<MessagingRuntime>().HandleAsync([envelope]);

        var letter = Assert.Single(await shop["stock"].DeadLetters.ListAsync(10));
        Assert.Equal(1, letter.Attempts);
        Assert.Equal(typeof(UnreadableMessageException).FullName, letter.ErrorType);
    }

    [Fact]
    public async Task Bad_JSON_from_somebody_a_load_asked_is_tried_again()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Handle(new Handler(
            "Loading", typeof(Reserve),
            (_, _) => repaired ? ValueTask.FromResult<object?>(null) : throw new JsonException("half an answer"),
            async (_, store, _, _) => { await store.WriteDownAsync("done"); return null; })));
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();

        repaired = true;
        await shop.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["done"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_command_nobody_handles_is_one_dead_letter_however_often_it_comes()
    {
        await using var shop = await TestPlatform.StartAsync(platform => platform
            .Service("orders", parts => parts.With())
            .Service("stock", parts => { }, options => options.Schema(Shop.Table)));
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();

        var letter = Assert.Single(await shop["stock"].DeadLetters.ListAsync(10));
        Assert.Equal("stock has no handler for reserve.v1. Add one, or correct the sender's [Command(To = …)], then redrive.", letter.ErrorMessage);
        Assert.Equal("", letter.Handler);

        await shop["stock"].Get<MessagingRuntime>().HandleAsync(shop.Bus.Messages);
        Assert.Equal(1, await shop["stock"].DeadLetters.CountAsync());
    }

    [Fact]
    public async Task A_message_whose_handler_was_removed_while_it_waited_is_a_dead_letter()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());
        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail"));
        await shop.RunUntilIdleAsync();
        await shop["stock"].Store.WriteAsync(async transaction => await transaction.ExecuteAsync($"update parked set handler = 'Gone'"));

        await shop.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("Gone", Assert.Single(await shop["stock"].DeadLetters.ListAsync(10)).Handler);
        Assert.Equal(0, await shop.CountAsync("stock", "parked"));
    }

    private void Repairable(TestParts stock) => stock.Handle<Reserve>(async (message, store) =>
    {
        await store.WriteDownAsync(message.Order);
        return repaired ? null : throw new InvalidOperationException("not yet");
    });

    private static async Task<DeadLetter> UntilDeadAsync(TestPlatform shop)
    {
        await shop.RunUntilIdleAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await shop.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        return Assert.Single(await shop["stock"].DeadLetters.ListAsync(10));
    }
}
