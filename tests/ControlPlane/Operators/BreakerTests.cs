using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.ControlPlane.Tests.Operators;

public sealed class BreakerTests : ControlPlaneTest
{
    [Fact]
    public async Task Breakers_of_every_instance_come_with_whose_they_are()
    {
        await using var first = await FakeService.StartAsync(Server, "orders");
        await using var second = await FakeService.StartAsync(Server, "orders", "orders-2");
        await using var catalog = await FakeService.StartAsync(Server, "catalog");
        await using var old = await FakeService.StartAsync(Server, "old");
        await Server.Catalogue.RegisterAsync("orders", An("orders-3", port: 1));
        await Server.Catalogue.RegisterAsync("customers", An("customers-1", status: "starting"));
        first.Answers["/portolan/breakers"] = """{"breakers":[{"name":"stock","state":"open"},{"name":"payments","state":"closed","extra":{"kept":[1]}}]}""";
        second.Answers["/portolan/breakers"] = """{"breakers":[{"name":"stock","state":"closed","service":"lies"}]}""";
        catalog.Answers["/portolan/breakers"] = """{"breakers":[]}""";

        var answer = await GetAsync("/v1/breakers");
        Assert.Equal(
            """[{"service":"orders","instance":"orders-1","name":"payments","state":"closed","extra":{"kept":[1]}},{"service":"orders","instance":"orders-1","name":"stock","state":"open"},{"service":"orders","instance":"orders-2","name":"stock","state":"closed"}]""",
            answer.GetProperty("breakers").GetRawText());
        Assert.Equal(["customers", "orders"], answer.GetProperty("unreachable").EnumerateArray().Select(one => one.GetProperty("service").GetString()).Order());
        Assert.Contains("orders-3 at", answer.GetProperty("unreachable").GetRawText(), StringComparison.Ordinal);

        var only = await GetAsync("/v1/breakers?service=catalog");
        Assert.Equal("""{"breakers":[],"unreachable":[]}""", only.GetRawText());
    }

    [Fact]
    public async Task A_change_reaches_every_instance_that_has_the_breaker()
    {
        await using var first = await FakeService.StartAsync(Server, "orders");
        await using var second = await FakeService.StartAsync(Server, "orders", "orders-2");
        await using var third = await FakeService.StartAsync(Server, "orders", "orders-3");
        await using var other = await FakeService.StartAsync(Server, "shipping");
        first.Answers["/portolan/breakers/stock%2F10.0.0.1:80/open?for=60"] = """{"name":"stock/10.0.0.1:80","state":"forced-open"}""";
        second.Answers["/portolan/breakers/stock%2F10.0.0.1:80/open?for=60"] = """{"name":"stock/10.0.0.1:80","state":"forced-open"}""";

        using var answer = await Http.PostAsync("/v1/breakers/orders/stock%2F10.0.0.1:80/open?for=60", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var breakers = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("breakers").EnumerateArray();
        Assert.Equal(["orders-1", "orders-2"], breakers.Select(breaker => breaker.GetProperty("instance").GetString()));
        Assert.Equal((1, 1, 1, 0), (first.Redriven, second.Redriven, third.Redriven, other.Redriven));

        using var one = await Http.PostAsync("/v1/breakers/orders/stock%2F10.0.0.1:80/open?for=60&instance=orders-2", null);
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.Equal((1, 2), (first.Redriven, second.Redriven));
    }

    [Fact]
    public async Task What_nobody_has_is_404_unless_somebody_could_not_be_asked()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        using var unknown = await Http.PostAsync("/v1/breakers/orders/nope/reset", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("No instance of orders has a circuit breaker nope.", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.PostAsync("/v1/breakers/ordres/stock/reset", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.PostAsync($"/v1/breakers/orders/{new string('x', 257)}/reset", null)).StatusCode);

        await Server.Catalogue.RegisterAsync("orders", An("orders-2", port: 1));
        using var silent = await Http.PostAsync("/v1/breakers/orders/nope/reset", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, silent.StatusCode);
        Assert.Contains("orders-2", await silent.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operators_are_on_this_machine()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/breakers/orders/stock/open");
        request.Headers.Add("Origin", "https://evil.example");
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}
