using Portolan.Core.Handlers;

namespace Portolan.Messaging.Tests.Consuming;

public sealed class OrderTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_follows_a_failed_message_of_its_key_waits_for_it_and_keeps_its_order()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());

        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail-2"));
        await shop["orders"].Bus.SendAsync(new Reserve("b"));
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop["orders"].Bus.SendAsync(new Reserve("a", "ok"));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["reserve b"], await shop.EffectsAsync());
        Assert.Equal(3, await shop.CountAsync("stock", "parked"));

        await shop.AdvanceAsync(LongEnough);
        await shop.AdvanceAsync(LongEnough);

        Assert.Equal(["reserve b", "reserve a", "reserve a", "reserve a"], await shop.EffectsAsync());
        Assert.Equal(0, await shop.CountAsync("stock", "parked"));
    }

    [Fact]
    public async Task Order_holds_across_messages_of_different_types()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving().Releasing());

        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail-1"));
        await shop["orders"].Bus.SendAsync(new Release("a"));
        await shop["orders"].Bus.SendAsync(new Release("b"));
        await shop.RunUntilIdleAsync();
        await shop.AdvanceAsync(LongEnough);

        Assert.Equal(["release b", "reserve a", "release a"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_slow_load_lets_nothing_of_its_key_overtake()
    {
        var slow = new TaskCompletionSource();
        await using var shop = await Shop.StartAsync(stock => stock.Releasing().Handle(new Handler(
            "Loading", typeof(Reserve), async (_, _) => { await slow.Task; return null; },
            async (context, store, _, _) => { await store.WriteDownAsync($"reserve {((Reserve)context.Message).Order}"); return null; })));
        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop["orders"].Bus.SendAsync(new Release("a"));
        await shop["orders"].Bus.SendAsync(new Release("b"));
        await shop["orders"].Get<MessagingRuntime>().RunOnceAsync();

        var batch = shop["stock"].Get<MessagingRuntime>().HandleAsync(shop.Bus.Messages);
        while ((await shop.EffectsAsync()).Count == 0)
        {
            await Task.Yield();
        }

        Assert.Equal(["release b"], await shop.EffectsAsync());
        slow.SetResult();
        await batch;

        Assert.Equal(["release b", "reserve a", "release a"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task A_handler_that_fails_does_not_hold_up_the_other_handlers_of_the_same_message()
    {
        await using var shop = await Shop.StartAsync(stock => stock
            .Handle<Reserve>((message, context, store) => Shop.HandleAsync(context, store, message.Order, "fail-1", "first"), "First")
            .Handle<Reserve>((message, context, store) => Shop.HandleAsync(context, store, message.Order, "ok", "second"), "Second"));

        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();
        Assert.Equal(["second a"], await shop.EffectsAsync());

        await shop["orders"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();
        Assert.Equal(["second a"], await shop.EffectsAsync());

        await shop.AdvanceAsync(LongEnough);
        Assert.Equal(["first a", "second a"], (await shop.EffectsAsync())[..2].Order());
        await shop.AdvanceAsync(LongEnough);
        Assert.Equal(["first a", "first a", "second a", "second a"], (await shop.EffectsAsync()).Order());
    }

    [Fact]
    public async Task The_same_key_of_another_source_does_not_wait()
    {
        await using var shop = await Shop.StartAsync(
            stock => stock.Reserving(), platform => platform.Service("returns", parts => parts.Command<Reserve>("reserve.v1", "stock", message => message.Order)));

        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail"));
        await shop["returns"].Bus.SendAsync(new Reserve("a"));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["reserve a"], await shop.EffectsAsync());
    }

    [Fact]
    public async Task What_waits_behind_a_dead_letter_goes_on_and_a_hundred_of_one_key_keep_their_order()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving().Releasing());
        await shop["orders"].Bus.SendAsync(new Reserve("a", "fail"));
        for (var index = 0; index < 50; index++)
        {
            await shop["orders"].Bus.SendAsync(new Reserve("a"));
            await shop["orders"].Bus.SendAsync(new Release("a"));
        }

        await shop.RunUntilIdleAsync();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await shop.AdvanceAsync(LongEnough);
        }

        Assert.Equal(1, await shop["stock"].DeadLetters.CountAsync());
        Assert.Equal(Enumerable.Range(0, 50).SelectMany(_ => new[] { "reserve a", "release a" }), await shop.EffectsAsync());
    }
}
