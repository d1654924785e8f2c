using Portolan.Sqlite.Bus;

namespace Portolan.Sqlite.Tests.Bus;

public sealed class DoorbellTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_ring_wakes_the_readers_of_that_log_in_every_process()
    {
        using var ringer = new Doorbell(folder.Path);
        using var listener = new Doorbell(folder.Path);
        var mine = listener.For("orders");
        var another = listener.For("payments");

        ringer.Ring("orders");

        Assert.True(await mine.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.False(await another.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_listener_that_comes_later_is_rung_too()
    {
        using var ringer = new Doorbell(folder.Path);
        ringer.Ring("orders");
        using var listener = new Doorbell(folder.Path);
        var signal = listener.For("orders");

        await Eventually.IsTrueAsync(
            async () =>
            {
                ringer.Ring("orders");
                return await signal.WaitAsync(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
            },
            "the late listener hears");
    }

    [Fact]
    public async Task A_ring_for_a_log_that_nobody_reads_yet_tells_of_a_newcomer()
    {
        using var ringer = new Doorbell(folder.Path);
        using var listener = new Doorbell(folder.Path);

        ringer.Ring("newcomer");

        Assert.True(await listener.Newcomer.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_ring_never_fails_even_where_the_folder_is_gone()
    {
        using var ringer = new Doorbell(folder.Path);
        Directory.Delete(folder.Path, recursive: true);

        ringer.Ring("orders");
        ringer.Dispose();
        ringer.Ring("orders");
    }

    [Fact]
    public void A_doorbell_that_is_closed_leaves_no_announcement()
    {
        new Doorbell(folder.Path).Dispose();

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.Path, "doorbells")));
    }

    [Fact]
    public void What_services_subscribe_to_is_known_from_their_announcements()
    {
        var orders = new Subscriptions(new SqliteBusOptions { Folder = folder.Path, Service = "orders" });
        var mail = new Subscriptions(new SqliteBusOptions { Folder = folder.Path, Service = "mail" });
        Assert.False(orders.HasSubscriber("shop.order-placed.v1"));

        mail.Announce(["shop.order-placed.v1", "shop.customer-changed.v1"]);
        mail.Announce(["shop.order-placed.v1"]);

        Assert.True(orders.HasSubscriber("shop.order-placed.v1"));
        Assert.False(orders.HasSubscriber("shop.customer-changed.v1"));
    }

    public void Dispose()
    {
        if (Directory.Exists(folder.Path))
        {
            folder.Dispose();
        }
    }
}
