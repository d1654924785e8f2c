using System.Data.Common;
using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class ReadingTests : StoreTest
{
    private enum Colour
    {
        Green,
    }

    [Fact]
    public async Task A_read_keeps_its_view_while_others_write()
    {
        await AddAsync(Store, 1);

        var seen = await Store.ReadAsync(
            async session =>
            {
                var before = await CountAsync(session);
                await AddAsync(Store, 2);
                return (before, await CountAsync(session));
            },
            Token);

        Assert.Equal((1, 1), seen);
        Assert.Equal([1, 2], await NumbersAsync());
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.QueryAsync($"insert into numbers (n) values (1) returning n", row => row.GetInt64(0), Token));

        Assert.Empty(await NumbersAsync());
    }

    [Fact]
    public async Task More_reads_than_readers_wait_for_each_other()
    {
        var reads = Enumerable.Range(0, 40).Select(_ => Task.Run(() => Store.ReadAsync(
            async session =>
            {
                await Task.Yield();
                return await CountAsync(session);
            },
            Token).AsTask()));

        Assert.All(await Task.WhenAll(reads), count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task A_read_that_fails_leaves_its_place_to_the_next()
    {
        for (var time = 0; time < 20; time++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () =>
                await Store.QueryAsync<int>($"select 1", _ => throw new InvalidOperationException("map"), Token));
        }

        Assert.Empty(await NumbersAsync());
    }

    [Fact]
    public async Task Values_come_back_as_they_went_in_and_sort_as_text()
    {
        var id = Guid.CreateVersion7();
        var time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, 123, TimeSpan.FromHours(2)).AddTicks(4567);
        await Store.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync($"create table kinds (id, time, utc, bytes, colour, flag, price, missing)");
                await transaction.ExecuteAsync(
                    $"""
                    insert into kinds values ({id}, {time}, {time.UtcDateTime}, {new ReadOnlyMemory<byte>([1, 2, 3])}, {Colour.Green}, {true}, {12.50m}, {null as string})
                    """);
            },
            Token);

        await Store.FirstOrDefaultAsync(
            $"select * from kinds where id = {id} and time = {time.ToUniversalTime()} and time = utc",
            row =>
            {
                Assert.Equal(id, row.GetGuid(0));
                Assert.Equal(time, row.GetTime(1));
                Assert.Equal(TimeSpan.Zero, row.GetTime(1).Offset);
                Assert.Equal("2024-05-06T05:08:09.1234567Z", row.GetString(1));
                Assert.Equal([1, 2, 3], row.GetBytes(3));
                Assert.Equal("Green", row.GetString(4));
                Assert.True(row.GetBoolean(5));
                Assert.Equal(12.50m, row.GetDecimal(6));
                Assert.Null(row.GetStringOrNull(7));
                Assert.Null(row.GetTimeOrNull(7));
                return true;
            },
            Token);
    }

    [Fact]
    public async Task A_value_in_a_statement_is_never_taken_for_text_of_it()
    {
        var evil = "'); drop table numbers; --";
        await Store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"insert into numbers (n, text) values ({1}, {evil})"); }, Token);

        Assert.Equal(evil, await Store.FirstOrDefaultAsync($"select text from numbers where text = {evil}", row => row.GetString(0), Token));
    }

    [Fact]
    public async Task A_file_that_is_no_database_and_a_folder_that_cannot_be_made_are_told_in_one_sentence()
    {
        await File.WriteAllTextAsync(Folder.File("text.db"), new string('x', 8192), Token);

        var damaged = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await OpenAsync(new SqliteStoreOptions { Path = Folder.File("text.db") }));
        var misplaced = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await OpenAsync(new SqliteStoreOptions { Path = Folder.File("text.db/x/y.db") }));

        Assert.Contains("restore it from a backup", damaged.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be made", misplaced.Message, StringComparison.Ordinal);
    }

    private static async ValueTask<int> CountAsync(StoreSession session) =>
        (await session.QueryAsync($"select count(*) from numbers", (DbDataReader row) => row.GetInt32(0)))[0];
}
