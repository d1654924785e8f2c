using Portolan.Registry.Tests.Server;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.Registry.Tests.Catalogue;

public sealed class WatchTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_watch_wakes_on_a_change_of_its_own_service_only()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await open.Catalogue.RegisterAsync("orders", An("a"));
        var watch = open.Catalogue.WatchAsync("orders", 2, Long);

        await open.Catalogue.RegisterAsync("inventory", An("i"));
        await open.Catalogue.HeartbeatAsync("orders", "a", "healthy");
        await open.Catalogue.RegisterAsync("orders", An("a"));
        await open.Catalogue.DeregisterAsync("orders", "nobody");
        Assert.False(watch.IsCompleted);

        await open.Catalogue.HeartbeatAsync("orders", "a", "degraded");
        var state = await watch;
        Assert.Equal(3, state!.Index);
        Assert.Equal("degraded", state.Instances["a"].Instance.Status);
    }

    [Fact]
    public async Task A_watch_without_a_change_answers_the_same_after_its_wait()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await open.Catalogue.RegisterAsync("orders", An("a"));
        var watch = open.Catalogue.WatchAsync("orders", 2, Long);

        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(watch.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await watch)!.Index);
    }

    [Fact]
    public async Task A_watch_of_an_unknown_service_wakes_when_it_appears_and_keeps_nothing_in_memory()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        var watch = open.Catalogue.WatchAsync("orders", 1, Long);
        await open.Catalogue.RegisterAsync("inventory", An("i"));
        Assert.False(watch.IsCompleted);
        Assert.Equal(["inventory"], open.Catalogue.Services().Select(state => state.Name));

        await open.Catalogue.RegisterAsync("orders", An("a"));
        Assert.Single((await watch)!.Instances);
    }

    [Fact]
    public async Task An_index_of_another_life_is_answered_at_once()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        Assert.Equal(1, (await open.Catalogue.WatchAsync("orders", 77, Long))!.Index);
    }

    [Fact]
    public async Task One_watcher_too_many_is_refused_and_a_place_becomes_free_again()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock, new RegistryOptions { MaximumWatchers = 2 });
        var (first, second) = (open.Catalogue.WatchAsync("orders", 1, Long), open.Catalogue.WatchAsync("orders", 1, Long));
        Assert.Null(await open.Catalogue.WatchAsync("orders", 1, Long));

        await open.Catalogue.RegisterAsync("orders", An("a"));
        await Task.WhenAll(first, second);
        var third = open.Catalogue.WatchAsync("orders", 2, Long);
        Assert.False(third.IsCompleted);
        clock.Advance(Long);
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task A_thousand_watchers_see_the_same_change()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        var watches = Enumerable.Range(0, 1000).Select(_ => open.Catalogue.WatchAsync("orders", 1, Long)).ToList();
        await open.Catalogue.RegisterAsync("orders", An("a"));
        Assert.All(await Task.WhenAll(watches), state => Assert.Equal(2, state!.Index));
    }
}
