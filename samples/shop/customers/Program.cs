using Shop.Customers;
using Shop.Customers.Changing;
using Shop.Customers.Getting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("customers", options => options.Seed("customers", SeedData.ApplyAsync));

var app = builder.Build();
app.MapGetCustomer();
app.MapChangeCustomer();
app.MapPortolan();
app.Run();
