using Microsoft.Extensions.DependencyInjection;
using Portolan.Messaging.Outbox;
using Portolan.Testing;
using Shop.Orders.Creating;

namespace Shop.Tests;

/// <summary>The shop's services with their own stores, on a bus that doubles and reorders, on one clock.</summary>
public sealed class CreateOrderTests
{
    private const int Orders = 40;

    [Fact]
    public async Task An_order_goes_from_its_first_row_to_the_parcel()
    {
        await using var shop = await StartAsync(faults: 0);

        var order = await PlaceAsync(shop, "prod-001", 2, "card-ok");
        await shop.RunUntilIdleAsync();

        Assert.Equal("confirmed", await StatusAsync(shop, order));
        Assert.Equal(43, await AvailableAsync(shop, "prod-001"));
        Assert.Equal(2, await CountAsync(shop["notifications"], $"select count(*) from notifications where order_id = {order.OrderId}"));
    }

    [Theory]
    [InlineData("prod-003", "card-declined", "INSUFFICIENT_FUNDS")]
    [InlineData("prod-002", "card-ok", "OUT_OF_STOCK")]
    public async Task What_was_done_is_undone_when_a_step_is_refused(string product, string card, string reason)
    {
        await using var shop = await StartAsync(faults: 0);
        var before = await AvailableAsync(shop, product);

        var order = await PlaceAsync(shop, product, 1, card);
        await shop.RunUntilIdleAsync();

        Assert.Equal("cancelled", await StatusAsync(shop, order));
        Assert.Equal(reason, (await shop["orders"].Store.FirstOrDefaultAsync($"select reason from orders where order_id = {order.OrderId}", row => row.GetString(0))));
        Assert.Equal(before, await AvailableAsync(shop, product));
        Assert.Equal(0, await CountAsync(shop["payments"], $"select count(*) from payments where status = 'charged'"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Duplicates_and_reordering_change_nothing(int seed)
    {
        await using var shop = await StartAsync(faults: 0.3, seed);
        for (var number = 0; number < Orders; number++)
        {
            await PlaceAsync(shop, "prod-003", 1 + (number % 3), number % 4 == 0 ? "card-declined" : "card-ok");
        }

        await SettleAsync(shop);

        var confirmed = await CountAsync(shop["orders"], $"select count(*) from orders where status = 'confirmed'");
        Assert.Equal(Orders * 3 / 4, confirmed);
        Assert.Equal(Orders, confirmed + await CountAsync(shop["orders"], $"select count(*) from orders where status = 'cancelled'"));
        Assert.Equal(confirmed, await CountAsync(shop["payments"], $"select count(*) from payments where status = 'charged'"));
        Assert.Equal(confirmed, await CountAsync(shop["shipping"], $"select count(*) from shipments"));
        Assert.Equal(1000, await AvailableAsync(shop, "prod-003") + await CountAsync(shop["inventory"], $"select coalesce(sum(quantity), 0) from reservations"));
    }

    private static async Task<TestPlatform> StartAsync(double faults, int seed = 0)
    {
        var shop = await TestPlatform.StartAsync(platform =>
        {
            foreach (var service in new[] { "orders", "inventory", "payments", "customers", "catalog", "notifications" })
            {
                platform.Service(service, System.Reflection.Assembly.Load(service));
            }

            platform.Service("shipping", typeof(Shipping.Carrier).Assembly, options => options.Services.AddSingleton<Shipping.Carrier>());
            platform.Bus.Duplicates = faults;
            platform.Bus.Reordering = faults;
            platform.Bus.Random = new Random(seed);
        });
        await SeedAsync(shop["inventory"], Inventory.SeedData.ApplyAsync);
        await SeedAsync(shop["catalog"], Catalog.SeedData.ApplyAsync);
        await SeedAsync(shop["customers"], Customers.SeedData.ApplyAsync);
        await shop.RunUntilIdleAsync();
        return shop;
    }

    private static async Task SeedAsync(TestService service, Func<StoreTransaction, OutboxWriter, ValueTask> apply) =>
        await service.Store.WriteAsync(transaction => apply(transaction, service.Get<OutboxWriter>()));

    private static async Task<OrderState> PlaceAsync(TestPlatform shop, string product, int quantity, string card)
    {
        var request = new CreateOrder(null, "cust-456", [new CreateOrderItem(product, quantity)], card);
        return (OrderState)(await shop["orders"].Sagas.StartAsync(new CreateOrderSaga(), request)).State;
    }

    // A message that overtook another may have to wait for its turn: let time pass until every order is settled.
    private static async Task SettleAsync(TestPlatform shop)
    {
        for (var round = 0; round < 20; round++)
        {
            await shop.RunUntilIdleAsync();
            await shop.AdvanceAsync(TimeSpan.FromMinutes(1));
        }
    }

    private static async Task<string?> StatusAsync(TestPlatform shop, OrderState order) =>
        await shop["orders"].Store.FirstOrDefaultAsync($"select status from orders where order_id = {order.OrderId}", row => row.GetString(0));

    private static Task<long> AvailableAsync(TestPlatform shop, string product) =>
        CountAsync(shop["inventory"], $"select available from stock where product_id = {product}");

    private static async Task<long> CountAsync(TestService service, Sql sql) => await service.Store.FirstOrDefaultAsync(sql, row => row.GetInt64(0));
}
