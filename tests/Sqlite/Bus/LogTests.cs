using Portolan.Core.Database;
using Portolan.Sqlite.Bus;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Bus;

public sealed class LogTests : BusTest
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private SqliteBusOptions Options => new() { Folder = Folder.File("bus"), Service = "producer" };

    [Fact]
    public async Task A_store_made_anew_is_not_taken_for_the_old_one()
    {
        var before = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        await before.PublishAsync(1, 3);
        await before.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(Folder.File("data"), "producer.db*"))
        {
            File.Delete(file);
        }

        var after = await OpenAsync("producer");
        await after.PublishAsync(1, 3);
        await consumer.HasReceivedAsync(6);

        Assert.Equal([1, 2, 3, 1, 2, 3], consumer.Keys);
    }

    [Fact]
    public async Task A_log_made_anew_is_received_from_its_beginning_also_by_who_is_reading_the_old_one()
    {
        var before = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        await before.PublishAsync(1, 3);
        await consumer.HasReceivedAsync(3);
        await before.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(Folder.File("bus"), "producer.db*"))
        {
            File.Delete(file);
        }

        var after = await OpenAsync("producer");
        await after.PublishAsync(4, 2);
        await consumer.HasReceivedAsync(5);

        Assert.Equal([1, 2, 3, 4, 5], consumer.Keys);
        Assert.Null(consumer.Bus.Complaint);
    }

    [Fact]
    public async Task Messages_past_their_age_leave_the_log_and_a_service_that_was_away_is_told()
    {
        var consumer = await OpenAsync("consumer");
        var producer = await OpenAsync("producer");
        consumer.Start();
        await producer.PublishAsync(1, 5);
        await consumer.HasReceivedAsync(5);
        await consumer.DisposeAsync();
        await producer.PublishAsync(6, 10);

        using var log = await LogAsync(new SqliteBusOptions { Folder = Folder.File("bus"), Service = "producer", RetentionAge = TimeSpan.Zero }, TimeProvider.System);
        Assert.Equal(15, await log.TrimAsync(CancellationToken.None));
        Assert.Equal(0, await log.TrimAsync(CancellationToken.None));
        await producer.PublishAsync(16, 1);
        var again = await OpenAsync("consumer");
        again.Start();
        await again.HasReceivedAsync(1);

        Assert.Equal([16], again.Keys);
        Assert.Contains("10 messages of producer", again.Bus.Complaint, StringComparison.Ordinal);
        Assert.Contains("MessagesLost", Logs.Events);
    }

    [Fact]
    public async Task A_service_that_falls_behind_the_retention_while_it_receives_is_told_too()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        await producer.PublishAsync(1, 30);
        var slow = new TaskCompletionSource();
        using var stopping = new CancellationTokenSource();
        var received = new List<string>();
        var receiving = consumer.Bus.ReceiveAsync(
            async (batch, _) =>
            {
                lock (received)
                {
                    received.AddRange(batch.Select(envelope => envelope.Key!));
                }

                await slow.Task;
            },
            stopping.Token);
        await Eventually.IsTrueAsync(() => received.Count == 10, "the first page is being handled");

        using var log = await LogAsync(new SqliteBusOptions { Folder = Folder.File("bus"), Service = "producer", RetentionAge = TimeSpan.Zero }, TimeProvider.System);
        await log.TrimAsync(CancellationToken.None);
        await producer.PublishAsync(31, 1);
        slow.SetResult();
        await Eventually.IsTrueAsync(() => consumer.Bus.Complaint is not null, "it complains");
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        Assert.Contains("20 messages of producer", consumer.Bus.Complaint, StringComparison.Ordinal);
        Assert.Equal("31", received[^1]);
    }

    [Fact]
    public async Task A_new_service_begins_at_the_oldest_message_kept_and_has_nothing_to_complain_about()
    {
        var producer = await OpenAsync("producer");
        await producer.PublishAsync(1, 5);
        using (var log = await LogAsync(new SqliteBusOptions { Folder = Folder.File("bus"), Service = "producer", RetentionAge = TimeSpan.Zero }, TimeProvider.System))
        {
            await log.TrimAsync(CancellationToken.None);
        }

        await producer.PublishAsync(6, 2);
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        await consumer.HasReceivedAsync(2);

        Assert.Equal([6, 7], consumer.Keys);
        Assert.Null(consumer.Bus.Complaint);
    }

    [Fact]
    public async Task Only_what_is_too_old_leaves_and_a_late_message_with_an_old_time_takes_no_fresh_ones_with_it()
    {
        var producer = await OpenAsync("producer");
        using var log = await LogAsync(Options, new StoppedClock(Now));
        await log.AppendAsync(
            "store",
            [
                producer.Message(1, time: Now - TimeSpan.FromDays(9)),
                producer.Message(2, time: Now - TimeSpan.FromDays(8)),
                producer.Message(3, time: Now - TimeSpan.FromDays(1)),
                producer.Message(4, time: Now - TimeSpan.FromDays(30)),
                producer.Message(5, time: Now),
            ],
            CancellationToken.None);

        Assert.Equal(2, await log.TrimAsync(CancellationToken.None));
        Assert.Equal(0, await log.TrimAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_log_that_is_too_large_gives_up_its_oldest_messages()
    {
        var producer = await OpenAsync("producer");
        using var log = await LogAsync(new SqliteBusOptions { Folder = Folder.File("bus"), Service = "producer", RetentionBytes = 200_000 }, TimeProvider.System);
        for (var first = 1; first <= 3_000; first += 500)
        {
            await producer.PublishAsync(first, 500);
        }

        var dropped = 0;
        while (await log.TrimAsync(CancellationToken.None) is > 0 and var count)
        {
            dropped += count;
        }

        Assert.InRange(dropped, 1_000, 2_999);
    }

    [Fact]
    public async Task A_change_of_a_log_that_fails_leaves_no_transaction_open()
    {
        using var database = await SqliteDatabase.OpenAsync(Folder.File("log.db"), TimeSpan.FromSeconds(1), CancellationToken.None);
        using var other = await SqliteDatabase.OpenAsync(Folder.File("log.db"), TimeSpan.FromSeconds(1), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await database.TransactAsync<int>(() => throw new InvalidOperationException(), TimeSpan.FromSeconds(1), CancellationToken.None));

        Assert.True(database.IsIdle);
        Assert.Equal(1, await other.TransactAsync(() => 1, TimeSpan.FromSeconds(1), CancellationToken.None));
    }

    [Fact]
    public async Task An_idle_system_writes_nothing()
    {
        var producer = await OpenAsync("producer");
        var consumer = await OpenAsync("consumer");
        consumer.Start();
        producer.Start();
        await producer.PublishAsync(1, 20);
        await consumer.HasReceivedAsync(20);
        foreach (var service in new[] { producer, consumer })
        {
            await Eventually.IsTrueAsync(
                async () => await service.Store.FirstOrDefaultAsync($"select position from bus_cursors where source = 'producer'", row => row.GetInt32(0)) == 20,
                "the cursor is saved");
        }

        var before = State();
        // Long enough for every loop to come round more than once; nothing to poll for where nothing may happen.
        await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(before, State());
    }

    private List<string> State() =>
        [.. new DirectoryInfo(Folder.Path).EnumerateFiles("*.db*", SearchOption.AllDirectories).Where(file => !file.Name.EndsWith("-shm", StringComparison.Ordinal))
            .Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc:O}").Order()];

    private static async Task<LogWriter> LogAsync(SqliteBusOptions options, TimeProvider clock)
    {
        var log = new LogWriter(options, clock);
        await log.OpenAsync(CancellationToken.None);
        return log;
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
