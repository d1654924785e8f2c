using Shop.Orders.Creating;
using Shop.Orders.Getting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("orders");

var app = builder.Build();
app.MapCreateOrder();
app.MapGetOrder();
app.MapPortolan();
app.Run();
