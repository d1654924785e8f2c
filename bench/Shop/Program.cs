using System.Diagnostics;
using Portolan.Bench.Shop;

// Measures the shop as it runs under `portolan up`, and prints what it saw; nothing is asserted.
//   dotnet run -c Release --project bench/Shop
var root = ShopProcess.FindRoot(AppContext.BaseDirectory);
await using var shop = new ShopProcess(root);

Console.WriteLine("Building the shop once, so that the start below builds nothing ...");
await shop.UpAsync();
await shop.DownAsync();

var clock = Stopwatch.StartNew();
await shop.UpAsync();
using var orders = new OrderLoad(shop.Gateway);
await orders.FirstConfirmedAsync();
Print("up to first confirmed order", $"{clock.Elapsed.TotalSeconds:0.0} s");
foreach (var (instance, bytes) in await shop.MemoryAsync())
{
    Print($"memory of {instance}, idle", $"{bytes / 1048576.0:0} MB");
}

// The first run warms up. Both together take two thirds of the thousand in stock, so no order is cut short by an empty shelf.
await orders.RunAsync(TimeSpan.FromSeconds(10), perSecond: 50);
var (posted, settled) = await orders.RunAsync(TimeSpan.FromSeconds(10), perSecond: 50);
Print("POST /api/orders at 50/s", $"p50 {OrderLoad.Percentile(posted, 0.5):0.0} ms, p99 {OrderLoad.Percentile(posted, 0.99):0.0} ms");
Print("order to settled at 50/s", $"p50 {OrderLoad.Percentile(settled, 0.5):0.0} ms, p99 {OrderLoad.Percentile(settled, 0.99):0.0} ms");
(_, settled) = await orders.RunAsync(TimeSpan.FromSeconds(10), perSecond: 2);
Print("order to settled, idle system", $"p50 {OrderLoad.Percentile(settled, 0.5):0.0} ms (four messages, each committed and handled)");
foreach (var (instance, bytes) in await shop.MemoryAsync())
{
    Print($"memory of {instance}, after load", $"{bytes / 1048576.0:0} MB");
}

await shop.DownAsync();
Print("one service alone, start to ready", $"{(await shop.AloneAsync()).TotalMilliseconds:0} ms");

static void Print(string what, string value) => Console.WriteLine($"{what,-40} {value}");
