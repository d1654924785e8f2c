using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class TwoInstancesTests : StoreTest
{
    [Fact]
    public async Task Two_instances_that_write_without_pause_both_make_progress()
    {
        var other = await OpenAsync();
        var longest = await Task.WhenAll(WriteSteadilyAsync(Store, 0), WriteSteadilyAsync(other, 1_000_000));

        Assert.Equal(2 * 4 * 250, (await NumbersAsync()).Count);
        Assert.All(longest, wait => Assert.True(wait < TimeSpan.FromSeconds(2), $"A write waited {wait.TotalMilliseconds:0} ms."));
    }

    [Fact]
    public async Task A_lock_that_does_not_open_fails_the_writes_in_time_and_is_told_from_a_full_disk()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = StorePath, LockTimeout = TimeSpan.FromMilliseconds(200) });
        using var stranger = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        stranger.Open();
        using (var transaction = stranger.BeginTransaction(deferred: false))
        {
            var writes = Enumerable.Range(0, 20).Select(number => AddAsync(store, number).AsTask()).ToArray();
            var began = Stopwatch.GetTimestamp();
            foreach (var write in writes)
            {
                var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
                Assert.Contains("is locked by another process", refusal.Message, StringComparison.Ordinal);
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "Each waited for its own time-out after the other.");
        }

        await AddAsync(store, 100);
        Assert.Equal([100], await NumbersAsync());
    }

    [Fact]
    public async Task The_write_ahead_log_of_a_busy_store_does_not_grow_without_bound()
    {
        var body = new byte[1_000_000];
        await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => Store.WriteAsync(
            async transaction => { await transaction.ExecuteAsync($"insert into numbers (text) values ({body})"); }, Token).AsTask()));

        Assert.True(new FileInfo(StorePath + "-wal").Length > 64 << 20 || new FileInfo(StorePath).Length > 64 << 20);
        await Eventually.IsTrueAsync(
            async () =>
            {
                await AddAsync(Store, Random.Shared.Next());
                return new FileInfo(StorePath + "-wal").Length < 16 << 20;
            },
            "the log is cut although somebody writes");
    }

    private static async Task<TimeSpan> WriteSteadilyAsync(Store store, int first)
    {
        var longest = await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var slowest = TimeSpan.Zero;
            for (var number = 0; number < 250; number++)
            {
                var began = Stopwatch.GetTimestamp();
                await AddAsync(store, first + (worker * 1000) + number);
                var took = Stopwatch.GetElapsedTime(began);
                slowest = took > slowest ? took : slowest;
            }

            return slowest;
        })));
        TestContext.Current.SendDiagnosticMessage($"longest write {longest.Max().TotalMilliseconds:0} ms");
        return longest.Max();
    }
}
