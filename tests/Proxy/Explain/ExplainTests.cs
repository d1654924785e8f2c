using System.Net.Http.Json;
using System.Text.Json;
using Portolan.Proxy.Explain;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Explain;

public sealed class ExplainTests
{
    private const string Yaml = """
        timeout: 10s
        services:
          orders: { attempts: 3, timeout: 2s }
        routes:
          - { name: order, path: "/api/orders/{id}", methods: [GET, PUT], service: orders, rewrite: "/orders/{id}", rateLimit: { limit: 100, window: 1m }, cors: { origins: [https://shop.example] } }
          - { name: order-2, path: "/api/orders/{id}", methods: [GET], headers: { X-API-Version: "2" }, service: orders-next }
          - { name: invoice, path: /api/invoices, methods: [POST], service: invoices, query: { draft: "1" } }
          - { name: rest, path: "/shop/{**rest}", split: { variants: [ { name: stable, service: orders, weight: 3 }, { name: canary, service: orders-next, weight: 1 } ] } }
          - { name: page, path: "/shop/page", service: pages, request: { stripPrefix: /shop, query: { set: { from: gateway } } } }
          - { name: inside, host: "*.corp.example", path: "/shop/page", service: pages }
          - { name: secret, path: "/s/{**rest}", service: pages, rewrite: "/{**rest}" }
          - { name: bills, path: "/bills/{id}", service: bills, version: { path: "/{version}/bills/{id}", header: X-API-Version, versions: { v1: { service: bills-1, sunset: 2001-01-01 }, v2: {} } } }
          - name: details
            path: /api/orders/{id}/details
            compose:
              order: { service: orders, path: "/orders/{id}" }
              customer: { service: customers, path: "/customers/{order.customerId}", optional: true, timeout: 500ms }
        """;

    [Theory]
    [InlineData("GET /api/orders/7", "order", "It is the only route that takes this request.")]
    [InlineData("HEAD /api/orders/7", "order", "It is the only route that takes this request.")]
    [InlineData("PUT /api/orders/7", "order", "It is the only route that takes this request.")]
    [InlineData("POST /api/invoices?draft=1", "invoice", "It is the only route that takes this request.")]
    [InlineData("GET /shop/page", "page", "1 other route would take it too, but this one comes first: 'page' says more than {**rest}.")]
    [InlineData("GET http://a.corp.example:8080/shop/page", "inside", "2 other routes would take it too, but this one comes first: it names the host *.corp.example, and a route for a host comes first.")]
    [InlineData("GET a.corp.example/shop/page", "inside", "2 other routes would take it too, but this one comes first: it names the host *.corp.example, and a route for a host comes first.")]
    [InlineData("/shop", "rest", "It is the only route that takes this request.")]
    [InlineData("/", null, "No route takes it, so the gateway answers with its own page.")]
    public void The_route_that_is_taken_is_told_with_the_reason(string request, string? route, string summary)
    {
        var explanation = Explain(request);

        Assert.Equal((route, summary, null), (explanation.Taken?.Route.Name, explanation.Summary, explanation.Status));
    }

    [Fact]
    public void Headers_count_as_they_do_in_a_request()
    {
        var explanation = Explain("GET /api/orders/7", "x-api-version: 2");

        Assert.Equal("order-2", explanation.Taken?.Route.Name);
        Assert.Equal("1 other route would take it too, but this one comes first: it asks for more headers.", explanation.Summary);
        Assert.Equal("it asks for header X-API-Version: 2", Explain("GET /api/orders/7").Others.Single(other => other.Route.Name == "order-2").Why);
    }

    [Theory]
    [InlineData("DELETE /api/orders/7", 405, "405: this address takes GET, HEAD, PUT, not DELETE.", "order-2: it takes GET\norder: it takes GET, PUT")]
    [InlineData("POST /api/invoices", 404, "404: routes have this path, but none takes this request.", "invoice: it asks for query draft=1")]
    [InlineData("GET /api/ordesr/7", 404, "404: no route leads there.", "order: it has 'orders' where the path has 'ordesr'")]
    [InlineData("GET /api/orders", 404, "404: no route leads there.", "order: the path ends before {id}")]
    [InlineData("GET /api/orders/7/more", 404, "404: no route leads there.", "order: it ends before 'more'")]
    [InlineData("GET /nothing/like/it", 404, "404: no route leads there.", "")]
    [InlineData("GET /a/../b", 400, "The gateway refuses it: The path cannot be accepted: it has a '.' or '..' segment.", "")]
    [InlineData("GET /s/portolan/sagas", 404, "The route leads to what services offer to operators under /portolan, which the gateway keeps closed: 404.", "")]
    public void A_refusal_names_the_nearest_route(string request, int status, string summary, string nearest)
    {
        var explanation = Explain(request);

        Assert.Equal((status, summary), (explanation.Status, explanation.Summary));
        Assert.StartsWith(nearest, string.Join('\n', explanation.Others.Select(other => $"{other.Route.Name}: {other.Why}")), StringComparison.Ordinal);
        Assert.All(explanation.Others, other => Assert.False(other.Takes));
    }

    [Theory]
    [InlineData("GET /api/orders/7?x=%201", "orders GET /orders/7?x=%201 timeout 2s, 3 attempts, round-robin, circuit opens after 5 failures for 5s")]
    [InlineData("GET /shop/page?a=1", "pages GET /page?a=1&from=gateway timeout 10s, 1 attempt, round-robin, circuit opens after 5 failures for 5s")]
    [InlineData("GET /shop/x", "stable orders GET /shop/x 75 %; timeout 2s, 3 attempts, round-robin, circuit opens after 5 failures for 5s\ncanary orders-next GET /shop/x 25 %; timeout 10s, 1 attempt, round-robin, circuit opens after 5 failures for 5s")]
    [InlineData("HEAD /api/orders/7/details", "order orders GET /orders/7 required; timeout 2s, 1 attempt, round-robin, circuit opens after 5 failures for 5s\ncustomer customers GET /customers/{order.customerId} optional; timeout 500ms, 1 attempt, round-robin, circuit opens after 5 failures for 5s")]
    public void Where_it_goes_is_told_as_the_service_sees_it(string request, string expected) =>
        Assert.Equal(expected, string.Join('\n', Explain(request).Destinations.Select(one => $"{one.What} {one.Service} {one.Method} {one.Target} {one.How}".Trim())));

    [Theory]
    [InlineData("GET /bills/7", "", "400: Say which version is meant with /{version}/bills/{id} or the header X-API-Version; there are v1, v2.", "")]
    [InlineData("GET /bills/7", "X-API-Version: 1", "410: Version v1 ended on 2001-01-01.", "")]
    [InlineData("GET /v2/bills/7", "", "It is the only route that takes this request.", "v2 bills /bills/7 instances with api_version v2 if any says one; timeout 10s")]
    public void The_version_is_told(string request, string header, string summary, string destination)
    {
        var explanation = Explain(request, header.Length == 0 ? [] : [header]);

        Assert.Equal(("bills", summary), (explanation.Taken?.Route.Name, explanation.Summary));
        Assert.StartsWith(destination, string.Join('\n', explanation.Destinations.Select(one => $"{one.What} {one.Service} {one.Target} {one.How}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_stand_in_the_order_in_which_a_request_meets_them() =>
        Assert.Equal(
            [("cors", "origins https://shop.example, maxAge 10m"), ("limits", "body 1MiB, uri 8KiB, headers 32KiB in 100"), ("rateLimit", "limit 100, window 1m, algorithm sliding-counter, by ip")],
            Explain("GET /api/orders/7").Policies);

    [Fact]
    public void A_browsers_question_is_answered_by_the_routes_cors()
    {
        var explanation = Explain("OPTIONS /api/orders/7", "Origin: https://shop.example", "Access-Control-Request-Method: PUT");

        Assert.Equal("order", explanation.Taken?.Route.Name);
        Assert.StartsWith("A browser asks", explanation.Summary, StringComparison.Ordinal);
        Assert.Empty(explanation.Destinations);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("")]
    [InlineData("GET  /a b")]
    [InlineData("/a", "no header")]
    public void What_is_no_request_is_told(string request, params string[] headers)
    {
        Assert.False(Question.TryParse(request, headers, out _, out var error));
        Assert.StartsWith("expected a ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET http://a.shop.example/x/1?y=/z", "a.shop.example", "/x/1?y=/z")]
    [InlineData("GET a.shop.example/x/1", "a.shop.example", "/x/1")]
    [InlineData("localhost:8080/x", "localhost:8080", "/x")]
    [InlineData("/x.y/1", "localhost", "/x.y/1")]
    public void A_host_may_stand_in_front_of_the_path(string request, string host, string target)
    {
        Assert.True(Question.TryParse(request, [], out var question, out _));
        Assert.Equal((host, target), (question.Host, question.Target));
    }

    [Fact]
    public async Task A_running_gateway_explains_what_is_in_force()
    {
        await using var gateway = await Gateway.StartAsync("routes: [{ path: /a, service: s }]");
        gateway.Apply("routes: [{ name: new, path: /a, headers: { X-One: y }, service: s, rewrite: /after }]");

        var answer = await gateway.Client.GetFromJsonAsync<JsonElement>("/portolan/gateway/explain?request=GET%20/a&header=x-one:%20y");

        Assert.Equal((2, "new", "/after"), (
            answer.GetProperty("version").GetInt32(), answer.GetProperty("route").GetProperty("name").GetString(),
            answer.GetProperty("destinations")[0].GetProperty("target").GetString()));
        using var refused = await gateway.Client.GetAsync("/portolan/gateway/explain?request=what");
        Assert.Equal(400, (int)refused.StatusCode);
    }

    private static Explanation Explain(string request, params string[] headers)
    {
        var config = ConfigText.Read(Yaml);
        Assert.True(Question.TryParse(request, headers, out var question, out var error), error);
        return new Explainer(config, RouteMatching.Table(config), TimeProvider.System).Explain(question);
    }
}
