using Shop.Shipping;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("shipping");
builder.Services.AddSingleton<Carrier>();

var app = builder.Build();
app.MapCarrier();
app.MapPortolan();
app.Run();
