using Portolan.Core.Database;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class DiskFullTests : StoreTest
{
    [Fact]
    public async Task A_full_disk_is_told_as_such_and_once_there_is_room_writing_goes_on()
    {
        await LimitAsync(extra: 20);
        var failed = 0;
        for (var number = 0; number < 20; number++)
        {
            failed += await IsRefusedAsync(Store.WriteAsync(FillAsync, Token).AsTask()) ? 1 : 0;
        }

        await LimitAsync(extra: 1_000_000);
        await Store.WriteAsync(FillAsync, Token);

        Assert.InRange(failed, 1, 19);
        Assert.Equal(20 - failed + 1, (await NumbersAsync()).Count);
        Assert.Equal("ok", await Store.FirstOrDefaultAsync($"pragma integrity_check", row => row.GetString(0), Token));
    }

    [Fact]
    public async Task Whoever_shares_a_commit_that_ran_full_is_told_and_what_was_acknowledged_is_there()
    {
        await LimitAsync(extra: 100);
        var blocker = new TaskCompletionSource();
        var first = Store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        var writes = Enumerable.Range(0, 60).Select(_ => Store.WriteAsync(FillAsync, Token).AsTask()).ToList();

        blocker.SetResult();
        await IsRefusedAsync(first);
        var refused = await Task.WhenAll(writes.Select(IsRefusedAsync));
        await LimitAsync(extra: 1_000_000);

        Assert.Contains(true, refused);
        Assert.Equal(refused.Count(no => !no), (await NumbersAsync()).Count);
    }

    [Fact]
    public async Task A_delegate_that_swallows_a_full_disk_is_not_acknowledged()
    {
        await LimitAsync(extra: 5);
        var write = Store.WriteAsync(
            async transaction =>
            {
                await AddAsync(transaction, 1);
                try
                {
                    await transaction.ExecuteAsync(Sql.Raw("insert into numbers (text) values (hex(zeroblob(1000000)))"));
                }
                catch (StoreUnavailableException)
                {
                    // As careless code would.
                }
            },
            Token).AsTask();

        var refused = await IsRefusedAsync(write);

        Assert.Equal(refused ? 0 : 1, (await NumbersAsync()).Count);
    }

    private static async ValueTask FillAsync(StoreTransaction transaction) =>
        await transaction.ExecuteAsync(Sql.Raw("insert into numbers (text) values (hex(zeroblob(6000)))"));

    // A limit on pages of the writing connection: what a full disk looks like to SQLite, without filling one.
    private async Task LimitAsync(int extra) =>
        await Store.WriteAsync(
            async transaction =>
            {
                var pages = await transaction.FirstOrDefaultAsync($"pragma page_count", row => row.GetInt32(0));
                await transaction.QueryAsync(Sql.Raw($"pragma max_page_count = {pages + extra}"), row => row.GetInt64(0));
            },
            Token);

    private static async Task<bool> IsRefusedAsync(Task write)
    {
        try
        {
            await write;
            return false;
        }
        catch (StoreUnavailableException)
        {
            return true;
        }
    }
}
