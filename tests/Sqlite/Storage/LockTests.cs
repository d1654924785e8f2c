using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class LockTests : StoreTest
{
    [Fact]
    public async Task A_lock_is_held_by_one_until_it_is_given_back()
    {
        var other = await OpenAsync();
        await using (var held = await Store.TryLockAsync("relay", Token))
        {
            Assert.NotNull(held);
            Assert.Null(await other.TryLockAsync("relay", Token));
            Assert.Null(await Store.TryLockAsync("relay", Token));
            await using var another = await other.TryLockAsync("trim", Token);
            Assert.NotNull(another);
        }

        await using var next = await other.TryLockAsync("relay", Token);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_asked_for_is_an_error_and_not_somebody_elses()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = Folder.File("gone/store.db") });
        // Moved, not deleted: SQLite may add a file while a deletion walks the folder.
        Directory.Move(Folder.File("gone"), Folder.File("moved"));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.TryLockAsync("relay", Token));
    }
}
