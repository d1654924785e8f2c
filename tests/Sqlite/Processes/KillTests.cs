using Portolan.Core.Database;
using Portolan.Sqlite.Tests.Storage;

namespace Portolan.Sqlite.Tests.Processes;

public sealed class KillTests : StoreTest
{
    [Theory]
    [InlineData(100)]
    [InlineData(3_000)]
    public async Task A_writer_killed_in_the_middle_of_its_commits_loses_nothing_it_had_acknowledged(int enough)
    {
        using (var child = Child.Start("write", StorePath))
        {
            await Eventually.IsTrueAsync(() => child.Lines.Count >= enough, "the other process has written");
            await child.KillAsync();
            var acknowledged = child.Lines.Select(long.Parse).ToList();

            var there = (await NumbersAsync()).ToHashSet();

            Assert.Empty(acknowledged.Except(there));

            // At most what was under way when it was killed: one write of each of its sixteen workers.
            Assert.InRange(there.Count - acknowledged.Count, 0, 16);
        }

        await AddAsync(Store, -1);
        Assert.Equal("ok", await Store.FirstOrDefaultAsync($"pragma integrity_check", row => row.GetString(0), Token));
    }

    [Fact]
    public async Task A_lock_is_free_again_once_its_holder_is_killed()
    {
        using var child = Child.Start("lock", StorePath, "relay");
        await Eventually.IsTrueAsync(() => !child.Lines.IsEmpty, "the other process has the lock");
        Assert.Equal(["locked"], child.Lines);
        Assert.Null(await Store.TryLockAsync("relay", Token));

        await child.KillAsync();

        await using var mine = await Store.TryLockAsync("relay", Token);
        Assert.NotNull(mine);
    }
}
