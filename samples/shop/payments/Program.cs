var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("payments");

var app = builder.Build();
app.MapPortolan();
app.Run();
