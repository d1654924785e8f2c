using Portolan.Core.Deadlines;
using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Outbox;
using Portolan.Testing;

namespace Portolan.Messaging.Tests.Consuming;

public sealed class DeadlineTests
{
    [Fact]
    public async Task A_load_that_does_not_come_to_an_end_is_cancelled_and_attempted_again()
    {
        var loads = 0;
        var deadlines = new List<TimeSpan?>();
        TestPlatform? platform = null;
        await using var shop = platform = await Shop.StartAsync(stock => stock.Handle(new Handler(
            "Loading",
            typeof(Reserve),
            async (_, token) =>
            {
                deadlines.Add(Deadline.Current?.Remaining);
                if (++loads == 1)
                {
                    platform!.Clock.Advance(TimeSpan.FromSeconds(30));
                    await Task.Delay(Timeout.InfiniteTimeSpan, platform.Clock, token);
                }

                return "loaded";
            },
            async (context, store, loaded, _) =>
            {
                await store.WriteDownAsync($"{loaded} at attempt {context.Attempt}, {Deadline.Current is null}");
                return null;
            })));

        await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        await shop.RunUntilIdleAsync();
        shop.Clock.Advance(TimeSpan.FromSeconds(1));
        await shop.RunUntilIdleAsync();

        Assert.Equal(["loaded at attempt 2, True"], await shop.EffectsAsync());
        Assert.Equal([TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)], deadlines);
    }

    [Fact]
    public async Task A_message_carries_a_deadline_where_its_sender_says_so_and_runs_under_it_even_when_it_has_passed()
    {
        var seen = new List<TimeSpan?>();
        await using var shop = await Shop.StartAsync(stock => stock.Handle<Reserve>((_, _) =>
        {
            seen.Add(Deadline.Current?.Remaining);
            return ValueTask.FromResult<object?>(null);
        }));
        var clock = shop.Clock;

        foreach (var deadline in (string[])[$"{clock.GetUtcNow().AddSeconds(20):O}", $"{clock.GetUtcNow().AddSeconds(-1):O}", "soon"])
        {
            await shop["orders"].Store.WriteAsync(async transaction =>
            {
                await shop["orders"].Get<OutboxWriter>().AddAsync(
                    transaction, new Reserve("o-1"), new Dictionary<string, string> { [EnvelopeHeaders.Deadline] = deadline });
                return true;
            });
        }

        await shop.RunUntilIdleAsync();

        Assert.Equal([TimeSpan.FromSeconds(20), TimeSpan.Zero, null], seen);
    }

    [Fact]
    public async Task A_message_outlives_the_deadline_of_the_request_that_sent_it()
    {
        await using var shop = await Shop.StartAsync(stock => stock.Reserving());
        using (Deadline.In(shop.Clock, TimeSpan.FromSeconds(1)).Enter())
        {
            await shop["orders"].Bus.SendAsync(new Reserve("o-1"));
        }

        await shop.RunUntilIdleAsync();

        Assert.DoesNotContain(EnvelopeHeaders.Deadline, shop.Bus.Messages.Single().Headers.Keys);
        Assert.Equal(["reserve o-1"], await shop.EffectsAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    public void A_load_has_some_time_and_not_for_ever(double hours) =>
        Assert.Single(new MessagingOptions { LoadTimeout = TimeSpan.FromHours(hours) }.Errors());
}
