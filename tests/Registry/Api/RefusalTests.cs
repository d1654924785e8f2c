using System.Net;

namespace Portolan.Registry.Tests.Api;

public sealed class RefusalTests : ApiTest
{
    [Fact]
    public async Task Everything_that_is_wrong_is_reported_at_once()
    {
        var errors = await ErrorsOfAsync(
            "Orders!",
            "a b",
            """
            {"host":"http://x","port":70000,"status":"fine","tags":["ok",7,""],"ports":{"grpc":"x","a b":1},
             "metadata":{"version":3},"leaseSeconds":0}
            """);
        Assert.Equal(
            ["host", "id", "leaseSeconds", "metadata.version", "port", "ports", "ports.grpc", "serviceName", "status", "tags[1]", "tags[2]"],
            errors.Order(StringComparer.Ordinal));
        Assert.Empty(Server.Catalogue.Services());
    }

    [Theory]
    [InlineData("""{}""", "port")]
    [InlineData("""{"port":null}""", "port")]
    [InlineData("""{"port":80.5}""", "port")]
    [InlineData("""{"port":1e99}""", "port")]
    [InlineData("""{"port":80,"host":"0.0.0.0"}""", "host")]
    [InlineData("""{"port":80,"host":"[::]"}""", "host")]
    [InlineData("""{"port":80,"host":""}""", "host")]
    [InlineData("""{"port":80,"tags":{}}""", "tags")]
    [InlineData("""{"port":80,"leaseSeconds":1e300}""", "leaseSeconds")]
    [InlineData("""{"port":80,"leaseSeconds":1e999}""", "leaseSeconds")]
    [InlineData("""{"port":80,"metadata":{"note":"a\nb"}}""", "metadata.note")]
    public async Task A_field_that_cannot_be_accepted_is_named(string body, string field) =>
        Assert.Equal([field], await ErrorsOfAsync("orders", "a", body));

    [Fact]
    public async Task Lists_are_bounded()
    {
        var many = string.Join(",", Enumerable.Range(0, 65).Select(number => $"\"t{number}\""));
        var entries = string.Join(",", Enumerable.Range(0, 65).Select(number => $"\"k{number}\":\"v\""));
        var body = "{\"port\":80,\"tags\":[" + many + "],\"metadata\":{" + entries + "}}";
        Assert.Equal(["metadata", "tags"], await ErrorsOfAsync("orders", "a", body));
    }

    [Theory]
    [InlineData("""{"port":""")]
    [InlineData("[]")]
    [InlineData("7")]
    public async Task A_body_that_is_no_object_is_malformed(string body)
    {
        var answer = await PutAsync("orders", "a", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("urn:portolan:problem:malformed-request", (await JsonAsync(answer)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_body_over_64_KB_is_too_large()
    {
        var answer = await PutAsync("orders", "a", "{\"port\":80,\"metadata\":{\"x\":\"" + new string('x', 70_000) + "\"}}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("?index=-1", "index")]
    [InlineData("?index=1&wait=61s", "wait")]
    [InlineData("?index=1&wait=soon", "wait")]
    [InlineData("?index=1&wait=-5s", "wait")]
    public async Task A_watch_that_makes_no_sense_is_refused(string query, string field)
    {
        var problem = await JsonAsync(await Http.GetAsync("/v1/services/orders" + query));
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("Host", "evil.example")]
    public async Task Pages_of_another_origin_and_proxies_may_not_register(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/services/orders/instances/a") { Content = Json("""{"port":80}""") };
        request.Headers.Add(header, value);
        Assert.Equal(HttpStatusCode.Forbidden, (await Http.SendAsync(request)).StatusCode);
        Assert.Empty(Server.Catalogue.Services());
    }

    private async Task<IEnumerable<string>> ErrorsOfAsync(string service, string id, string body)
    {
        var answer = await PutAsync(service, id, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return [.. (await JsonAsync(answer)).GetProperty("errors").EnumerateObject().Select(error => error.Name)];
    }
}
