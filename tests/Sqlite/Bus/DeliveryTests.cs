using Portolan.Sqlite.Tests.Processes;

namespace Portolan.Sqlite.Tests.Bus;

public sealed class DeliveryTests : BusTest
{
    [Fact]
    public async Task What_is_published_is_received_in_its_order()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        for (var first = 1; first < 250; first += 25)
        {
            await producer.PublishAsync(first, 25);
        }

        await consumer.HasReceivedAsync(250);

        Assert.Equal(Enumerable.Range(1, 250), consumer.Keys);
        Assert.All(consumer.Received, envelope => Assert.Equal("producer", envelope.Source));
        Assert.True(consumer.Bus.IsCaughtUp);
        Assert.Null(consumer.Bus.Complaint);
    }

    [Fact]
    public async Task What_was_handed_over_before_is_skipped_when_it_comes_again()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();

        await producer.PublishAsync(1, 10);
        await producer.PublishAsync(1, 10);
        await producer.PublishAsync(5, 11);

        await consumer.HasReceivedAsync(15);
        Assert.Equal(15, await producer.Bus.GetRelayedAsync(CancellationToken.None));
        Assert.Equal(Enumerable.Range(1, 15), consumer.Keys);
    }

    [Fact]
    public async Task A_service_receives_the_events_it_handles_and_the_commands_addressed_to_it()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        await producer.PublishAsync(1, 1, "test.unheard-of.v1");
        await producer.PublishAsync(2, 1, "test.do.v1", "somebody-else");
        await producer.PublishAsync(3, 1, "test.do.v1", "consumer");
        await producer.PublishAsync(4, 1);

        consumer.Start();
        await consumer.HasReceivedAsync(2);

        Assert.Equal([3, 4], consumer.Keys);
    }

    [Fact]
    public async Task A_service_that_comes_later_begins_at_the_oldest_message()
    {
        var producer = await OpenAsync("producer");
        await producer.PublishAsync(1, 30);
        var consumer = await OpenAsync("consumer");
        Assert.False(consumer.Bus.IsCaughtUp);
        consumer.Start();

        await consumer.HasReceivedAsync(30);

        await Eventually.IsTrueAsync(() => consumer.Bus.IsCaughtUp, "it is caught up");
    }

    [Fact]
    public async Task A_service_that_starts_again_goes_on_where_it_was()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        await producer.PublishAsync(1, 30);
        await consumer.HasReceivedAsync(30);
        await consumer.DisposeAsync();

        await producer.PublishAsync(31, 5);
        var again = await OpenAsync("consumer");
        again.Start();
        await again.HasReceivedAsync(5);

        Assert.Equal(Enumerable.Range(31, 5), again.Keys);
    }

    [Fact]
    public async Task Receiving_can_end_and_begin_again_in_one_process()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        await producer.PublishAsync(1, 3);
        await consumer.HasReceivedAsync(3);
        await consumer.StopAsync();

        await producer.PublishAsync(4, 3);
        consumer.Start();
        await consumer.HasReceivedAsync(6);

        Assert.Equal(Enumerable.Range(1, 6), consumer.Keys);
    }

    [Fact]
    public async Task A_batch_that_is_not_settled_comes_again()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        await producer.PublishAsync(1, 5);
        var attempts = 0;
        using var stopping = new CancellationTokenSource();
        var receiving = consumer.Bus.ReceiveAsync(
            (batch, _) =>
            {
                Assert.Equal(5, batch.Count);
                return ++attempts < 3 ? Task.FromException(new InvalidOperationException("not yet")) : Task.CompletedTask;
            },
            stopping.Token);

        await Eventually.IsTrueAsync(() => consumer.Bus.IsCaughtUp, "it is settled at last");
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        Assert.Equal(3, attempts);
        Assert.Contains("SubscriptionFailed", Logs.Events);
    }

    [Fact]
    public async Task Of_two_instances_exactly_one_receives_each_message_and_the_other_takes_over_when_it_is_killed()
    {
        var producer = await OpenAsync("producer");
        using var first = Child.Start("receive", Folder.Path);
        await producer.PublishAsync(1, 20);
        await Eventually.IsTrueAsync(() => first.Lines.Count >= 20, "the first instance receives");

        var second = await OpenAsync("consumer");
        second.Start();
        await producer.PublishAsync(21, 20);
        await Eventually.IsTrueAsync(() => first.Lines.Count >= 40, "the first instance goes on receiving");
        await Eventually.IsTrueAsync(() => second.Bus.IsCaughtUp, "the second instance sees in the cursor that nothing is left");
        Assert.Empty(second.Received);

        await first.KillAsync();
        await producer.PublishAsync(41, 20);
        await Eventually.IsTrueAsync(() => second.Keys.LastOrDefault() == 60, "the second instance takes over");

        // What the killed one had received and not yet saved may come again; it stops at the inbox.
        Assert.Equal(40, first.Lines.Count);
        Assert.Equal(Enumerable.Range(41, 20), second.Keys.Where(key => key > 40));
    }
}
