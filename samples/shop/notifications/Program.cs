using Shop.Notifications.Sending;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("notifications");

var app = builder.Build();
app.MapNotifications();
app.MapPortolan();
app.Run();
