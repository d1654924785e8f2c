using System.Net;
using System.Text.Json;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.ControlPlane.Tests.Operators;

public sealed class FanOutTests : ControlPlaneTest
{
    [Fact]
    public async Task Sagas_of_all_services_come_newest_first_with_who_could_not_be_asked()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        await using var shipping = await FakeService.StartAsync(Server, "shipping");
        await using var catalog = await FakeService.StartAsync(Server, "catalog");
        await Server.Catalogue.RegisterAsync("payments", An("payments-1", port: 1));
        await Server.Catalogue.RegisterAsync("customers", An("customers-1", status: "starting"));
        orders.Answers["/portolan/sagas?limit=3&status=completed"] =
            """{"sagas":[{"sagaId":"o2","startedAt":"2026-01-02T00:00:00Z"},{"sagaId":"o1","startedAt":"2026-01-01T00:00:00Z"}]}""";
        shipping.Answers["/portolan/sagas?limit=3&status=completed"] =
            """{"sagas":[{"sagaId":"s3","startedAt":"2026-01-02T02:00:00+01:00","extra":{"kept":[1]}},{"sagaId":"s0","startedAt":"2025-12-31T00:00:00Z"}]}""";

        var answer = await GetAsync("/v1/sagas?status=completed&limit=3");
        var sagas = answer.GetProperty("sagas").EnumerateArray().ToList();
        Assert.Equal(["s3", "o2", "o1"], sagas.Select(saga => saga.GetProperty("sagaId").GetString()));
        Assert.Equal("""{"kept":[1]}""", sagas[0].GetProperty("extra").GetRawText());
        var unreachable = answer.GetProperty("unreachable").EnumerateArray()
            .ToDictionary(line => line.GetProperty("service").GetString()!, line => line.GetProperty("reason").GetString()!);
        Assert.Equal(["customers", "payments"], unreachable.Keys.Order());
        Assert.Equal("no instance is healthy", unreachable["customers"]);
        Assert.Contains("cannot be connected to", unreachable["payments"]);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_named_after_two_seconds()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        await using var slow = await FakeService.StartAsync(Server, "slow");
        orders.Answers["/portolan/dead-letters?limit=100"] = """{"deadLetters":[{"id":"d1","deadAt":"2026-01-01T00:00:00Z"}]}""";
        var never = new TaskCompletionSource();
        slow.Hold = never.Task;

        var answer = await GetAsync("/v1/dead-letters");
        never.SetResult();
        Assert.Equal("d1", answer.GetProperty("deadLetters")[0].GetProperty("id").GetString());
        Assert.Contains("within 2 s", answer.GetProperty("unreachable")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_second_instance_is_asked_when_the_first_is_gone()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        await Server.Catalogue.RegisterAsync("orders", An("orders-0", port: 1));
        orders.Answers["/portolan/sagas?limit=100"] = """{"sagas":[{"sagaId":"o1"}]}""";
        var answer = await GetAsync("/v1/sagas");
        Assert.Equal("o1", Assert.Single(answer.GetProperty("sagas").EnumerateArray()).GetProperty("sagaId").GetString());
        Assert.Empty(answer.GetProperty("unreachable").EnumerateArray());
    }

    [Fact]
    public async Task An_answer_that_is_not_the_list_is_reported()
    {
        await using var odd = await FakeService.StartAsync(Server, "odd");
        odd.Answers["/portolan/sagas?limit=100"] = "<html>";
        var answer = await GetAsync("/v1/sagas");
        Assert.Equal("its answer has no list of sagas", answer.GetProperty("unreachable")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task One_saga_is_found_where_it_is_and_passed_on_as_it_is()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        await using var shipping = await FakeService.StartAsync(Server, "shipping");
        shipping.Answers["/portolan/sagas/s1"] = """{"sagaId":"s1","steps":[ ]}""";
        using var answer = await Http.GetAsync("/v1/sagas/s1");
        Assert.Equal("""{"sagaId":"s1","steps":[ ]}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task What_nobody_knows_is_404_unless_somebody_could_not_be_asked()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/v1/sagas/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/v1/sagas/..%2fsecrets")).StatusCode);

        await Server.Catalogue.RegisterAsync("payments", An("payments-1", port: 1));
        using var answer = await Http.GetAsync("/v1/dead-letters/d1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("payments", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_redrive_reaches_only_the_service_that_has_the_dead_letter()
    {
        await using var orders = await FakeService.StartAsync(Server, "orders");
        await using var shipping = await FakeService.StartAsync(Server, "shipping");
        shipping.Answers["/portolan/dead-letters/d1"] = """{"id":"d1"}""";
        shipping.Answers["/portolan/dead-letters/d1/redrive"] = """{"id":"d1","status":"redriven"}""";
        using var answer = await Http.PostAsync("/v1/dead-letters/d1/redrive", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("""{"id":"d1","status":"redriven"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal((0, 1), (orders.Redriven, shipping.Redriven));
        Assert.Equal(HttpStatusCode.NotFound, (await Http.PostAsync("/v1/dead-letters/d2/redrive", null)).StatusCode);
        Assert.Equal((0, 1), (orders.Redriven, shipping.Redriven));
    }

    [Theory]
    [InlineData("/v1/sagas")]
    [InlineData("/v1/dead-letters/d1")]
    public async Task Operators_are_on_this_machine(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Origin", "https://evil.example");
        using var answer = await Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    public async Task A_limit_that_makes_no_sense_is_refused(string limit)
    {
        var problem = await GetAsync($"/v1/sagas?limit={limit}");
        Assert.Equal(JsonValueKind.Array, problem.GetProperty("errors").GetProperty("limit").ValueKind);
    }
}
