using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Tests.Storage;

/// <summary>What a write and its caller owe each other: time, places, context, an answer.</summary>
public sealed class CallersTests : StoreTest
{
    [Fact]
    public async Task A_write_inside_a_write_is_refused_at_once_instead_of_waiting_for_itself()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await Store.WriteAsync(async _ => await AddAsync(Store, 1), Token));

        Assert.Contains("StoreTransaction", refusal.Message, StringComparison.Ordinal);
        await AddAsync(Store, 2);
        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task A_write_that_holds_the_writer_too_long_is_rolled_back_and_the_others_go_on()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = StorePath, HoldTimeout = TimeSpan.FromMilliseconds(50) });
        var never = new TaskCompletionSource();
        StoreTransaction? late = null;
        var held = store.WriteAsync(
            async transaction =>
            {
                late = transaction;
                await AddAsync(transaction, 1);
                await never.Task;
            },
            Token).AsTask();
        var next = AddAsync(store, 2).AsTask();

        await Assert.ThrowsAsync<StoreHeldException>(() => held);
        await next;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await AddAsync(late!, 3));

        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task A_time_out_of_the_delegate_itself_is_not_taken_for_holding_the_writer()
    {
        await Assert.ThrowsAsync<TimeoutException>(async () =>
            await Store.WriteAsync<int>(async _ => await Task.FromException<int>(new TimeoutException("remote")), Token));
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_ends_at_once_and_leaves_nothing()
    {
        var blocker = new TaskCompletionSource();
        var first = Store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        using var cancel = new CancellationTokenSource();
        var second = Store.WriteAsync(async transaction => { await AddAsync(transaction, 1); }, cancel.Token).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(first.IsCompleted);
        blocker.SetResult();
        await first;

        Assert.Empty(await NumbersAsync());
    }

    [Fact]
    public async Task A_full_queue_makes_further_callers_wait_for_a_place()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = StorePath, QueueLength = 4 });
        var blocker = new TaskCompletionSource();
        var first = store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        var others = Enumerable.Range(0, 50).Select(number => AddAsync(store, number).AsTask()).ToArray();
        using var impatient = new CancellationTokenSource();
        var refused = store.WriteAsync(async transaction => { await AddAsync(transaction, 999); }, impatient.Token).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refused);
        blocker.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(50, (await NumbersAsync()).Count);
    }

    [Fact]
    public async Task A_delegate_runs_in_the_context_of_its_caller()
    {
        var ambient = new AsyncLocal<string> { Value = "the caller's" };
        string? seen = null;
        string? seenLater = null;
        await Store.WriteAsync(
            async _ =>
            {
                seen = ambient.Value;
                await Task.Yield();
                seenLater = ambient.Value;
                ambient.Value = "changed";
            },
            Token);
        ambient.Value = "another";
        await AddAsync(Store, 1);

        Assert.Equal("the caller's", seen);
        Assert.Equal("the caller's", seenLater);
        Assert.Equal("another", ambient.Value);
    }

    [Fact]
    public async Task A_store_that_is_closed_says_so()
    {
        var store = await OpenAsync(new SqliteStoreOptions { Path = Folder.File("other.db") });
        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await AddAsync(store, 1));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.QueryAsync($"select 1", row => row.GetInt32(0)));
    }

    [Fact]
    public async Task Writes_that_were_waiting_when_the_store_is_closed_are_still_done()
    {
        var store = await OpenAsync();
        var blocker = new TaskCompletionSource();
        var first = store.WriteAsync(async _ => await blocker.Task, Token).AsTask();
        var waiting = AddAsync(store, 1).AsTask();

        var closing = store.DisposeAsync().AsTask();
        blocker.SetResult();
        await Task.WhenAll(first, waiting, closing);

        Assert.Equal([1], await NumbersAsync());
    }
}
