using Shop.Inventory;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("inventory", options => options.Seed("stock", SeedData.ApplyAsync));

var app = builder.Build();
app.MapStock();
app.MapPortolan();
app.Run();
