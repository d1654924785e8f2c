using System.Net;
using Portolan.Registry.Catalogue;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.ControlPlane.Tests.Health;

public sealed class HealthTests : ControlPlaneTest
{
    [Fact]
    public async Task The_system_is_as_its_services_are()
    {
        Assert.Equal("UP", (await GetAsync("/health/system")).GetProperty("status").GetString());

        await Server.Catalogue.RegisterAsync("orders", An("a"));
        await Server.Catalogue.RegisterAsync("orders", An("b"));
        Assert.Equal(("UP", "UP"), await StatusAsync("orders"));

        await Server.Catalogue.HeartbeatAsync("orders", "b", InstanceStatus.Unhealthy);
        await Server.Catalogue.RegisterAsync("catalog", An("c"));
        var system = await GetAsync("/health/system");
        Assert.Equal("DEGRADED", system.GetProperty("status").GetString());
        Assert.EndsWith("Z", system.GetProperty("timestamp").GetString());
        Assert.Equal(
            """{"catalog":{"status":"UP","instances":{"healthy":1,"total":1}},"orders":{"status":"DEGRADED","instances":{"healthy":1,"total":2},"message":"One instance unhealthy"}}""",
            system.GetProperty("services").GetRawText());

        await Server.Catalogue.DeregisterAsync("catalog", "c");
        Assert.Equal(("DEGRADED", "DOWN"), await StatusAsync("catalog"));
        await Server.Catalogue.HeartbeatAsync("orders", "a", InstanceStatus.Unhealthy);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Http.GetAsync("/health/system")).StatusCode);
        Assert.Equal(("DOWN", "DOWN"), await StatusAsync("orders"));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task The_server_says_that_it_is_up(string path) =>
        Assert.Equal("UP", (await GetAsync(path)).GetProperty("status").GetString());

    [Fact]
    public async Task The_home_page_lists_services_and_shows_no_markup_of_theirs()
    {
        await Server.Catalogue.RegisterAsync("orders", An("<script>alert(1)</script>"));
        using var answer = await Http.GetAsync("/");
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<a href=\"/v1/services/orders\">orders</a>", html);
        Assert.Contains("1 of 1", html);
        Assert.DoesNotContain("<script", html);
    }

    private async Task<(string? System, string? Service)> StatusAsync(string service)
    {
        var health = await GetAsync("/health/system");
        return (health.GetProperty("status").GetString(), health.GetProperty("services").GetProperty(service).GetProperty("status").GetString());
    }
}
