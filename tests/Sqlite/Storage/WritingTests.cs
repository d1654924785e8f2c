using Microsoft.Data.Sqlite;
using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class WritingTests : StoreTest
{
    [Fact]
    public async Task A_commit_is_seen_by_readers_after_the_await()
    {
        for (var number = 0; number < 200; number++)
        {
            await AddAsync(Store, number);
            Assert.Equal(number, await Store.FirstOrDefaultAsync($"select max(n) from numbers", row => row.GetInt64(0), Token));
        }
    }

    [Fact]
    public async Task A_write_that_fails_takes_back_itself_and_nothing_else()
    {
        var writes = Enumerable.Range(0, 300).Select(number => Task.Run(async () =>
            await Store.WriteAsync(
                async transaction =>
                {
                    await AddAsync(transaction, number);
                    if (number % 3 == 0)
                    {
                        throw new InvalidOperationException("refused");
                    }
                },
                Token))).ToArray();

        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.All(writes.Index(), write => Assert.Equal(write.Index % 3 == 0, write.Item.IsFaulted));
        Assert.Equal(Enumerable.Range(0, 300).Where(number => number % 3 != 0).Select(number => (long)number), await NumbersAsync());
    }

    [Fact]
    public async Task A_statement_that_fails_comes_out_as_its_own_error_and_the_next_write_works()
    {
        await AddAsync(Store, 1);

        await Assert.ThrowsAsync<SqliteException>(async () => await AddAsync(Store, 1));
        await Assert.ThrowsAsync<SqliteException>(async () =>
            await Store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"insert into nowhere values (1)"); }, Token));
        await AddAsync(Store, 2);

        Assert.Equal([1, 2], await NumbersAsync());
    }

    [Fact]
    public async Task Writes_that_wait_together_share_commits()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = StorePath, MaximumBatch = 64, BatchTime = TimeSpan.FromMinutes(1) });
        var visible = new List<long>();
        var blocker = new TaskCompletionSource();
        var first = store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        var others = Enumerable.Range(0, 100).Select(number => store.WriteAsync(
            async transaction =>
            {
                await AddAsync(transaction, number);
                transaction.OnCommitted(() => visible.Add(NumbersFromOutside()));
            },
            Token).AsTask()).ToArray();

        blocker.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(63, visible[0]);
        Assert.Equal(100, visible[63]);
    }

    [Fact]
    public async Task What_is_to_run_after_a_commit_runs_when_readers_see_it_and_before_the_caller_goes_on()
    {
        long seen = -1;
        await Store.WriteAsync(
            async transaction =>
            {
                await AddAsync(transaction, 7);
                transaction.OnCommitted(() => seen = NumbersFromOutside());
            },
            Token);

        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task What_is_to_run_after_a_commit_does_not_run_after_a_rollback()
    {
        var ran = false;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.WriteAsync<int>(
            transaction =>
            {
                transaction.OnCommitted(() => ran = true);
                throw new InvalidOperationException();
            },
            Token));
        await AddAsync(Store, 1);

        Assert.False(ran);
    }

    [Fact]
    public async Task A_callback_that_throws_does_not_make_a_durable_write_look_lost()
    {
        await Store.WriteAsync(
            async transaction =>
            {
                await AddAsync(transaction, 1);
                transaction.OnCommitted(() => throw new InvalidOperationException("callback"));
            },
            Token);

        Assert.Equal([1], await NumbersAsync());
        Assert.Contains("StoreCallbackFailed", Logs.Events);
    }

    [Fact]
    public async Task A_transaction_that_is_over_refuses_every_use()
    {
        StoreTransaction? kept = null;
        StoreSession? session = null;
        await Store.WriteAsync(
            transaction =>
            {
                kept = transaction;
                return ValueTask.CompletedTask;
            },
            Token);
        await Store.ReadAsync(
            open =>
            {
                session = open;
                return ValueTask.FromResult(0);
            },
            Token);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await AddAsync(kept!, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await kept!.QueryAsync($"select 1", row => row.GetInt32(0)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await session!.QueryAsync($"select 1", row => row.GetInt32(0)));
        Assert.Throws<InvalidOperationException>(() => kept!.OnCommitted(() => { }));
    }

    [Fact]
    public async Task A_deferred_foreign_key_that_is_broken_fails_its_own_write_and_not_the_commit_of_all()
    {
        await Store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"create table lines (n integer references numbers (n) deferrable initially deferred)"); }, Token);
        var blocker = new TaskCompletionSource();
        var first = Store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        var broken = Store.WriteAsync(async transaction => { await transaction.ExecuteAsync($"insert into lines values (404)"); }, Token).AsTask();
        var good = Store.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync($"insert into lines values (5)");
                await AddAsync(transaction, 5);
            },
            Token).AsTask();

        blocker.SetResult();
        await Assert.ThrowsAsync<SqliteException>(() => broken);
        await Task.WhenAll(first, good);

        Assert.Equal([5], await NumbersAsync());
    }

    [Fact]
    public async Task A_delegate_that_ends_the_commit_behind_our_back_is_found_out()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await Store.WriteAsync(async transaction => { await transaction.ExecuteAsync(Sql.Raw("rollback")); }, Token));
        await AddAsync(Store, 2);

        Assert.Equal([2], await NumbersAsync());
    }

    private long NumbersFromOutside()
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from numbers";
        return (long)command.ExecuteScalar()!;
    }
}
