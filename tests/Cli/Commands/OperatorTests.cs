namespace Portolan.Cli.Tests.Commands;

public sealed class OperatorTests : IAsyncLifetime
{
    private const string Sagas = """{"sagas":[{"sagaId":"s-1","name":"create-order","service":"orders","status":"compensated","currentStep":null,"startedAt":"2026-01-02T12:00:00Z","updatedAt":"2026-01-02T12:00:01Z"}],"unreachable":[{"service":"stock","reason":"no healthy instance"}]}""";
    private const string Letter = """{"id":"d-1","messageId":"m-1","type":"shop.order-placed.v1","handler":"Notify","key":"o-1","service":"notifications","attempts":5,"error":{"type":"System.Exception","message":"boom\nagain"},"traceId":"t-1","deadAt":"2026-01-02T12:00:00Z","exception":"System.Exception: boom\n   at X","headers":{"portolan-key":"o-1"},"body":{"orderId":"o-1"}}""";

    private RecordingServer server = null!;

    public async ValueTask InitializeAsync() => server = await RecordingServer.StartAsync(request => Answer(request) ?? (500, request));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("registry list", "GET /v1/services")]
    [InlineData("registry show orders", "GET /v1/services/orders")]
    [InlineData("saga list", "GET /v1/sagas?limit=100")]
    [InlineData("saga list --status running --limit 5", "GET /v1/sagas?limit=5&status=running")]
    [InlineData("saga show s-1", "GET /v1/sagas/s-1")]
    [InlineData("dlq list", "GET /v1/dead-letters?limit=100")]
    [InlineData("dlq show d/1", "GET /v1/dead-letters/d%2F1")]
    [InlineData("dlq redrive d-1", "POST /v1/dead-letters/d-1/redrive")]
    [InlineData("breaker list", "GET /v1/breakers")]
    [InlineData("breaker list orders", "GET /v1/breakers?service=orders")]
    [InlineData("breaker open orders stock/10.0.0.1:80", "POST /v1/breakers/orders/stock%2F10.0.0.1%3A80/open")]
    [InlineData("breaker open orders stock --for 60 --instance orders-1", "POST /v1/breakers/orders/stock/open?for=60&instance=orders-1")]
    [InlineData("breaker close orders stock", "POST /v1/breakers/orders/stock/close")]
    [InlineData("breaker reset orders stock --instance orders-1", "POST /v1/breakers/orders/stock/reset?instance=orders-1")]
    public async Task With_json_the_servers_answer_is_printed_untouched(string line, string request)
    {
        var console = await server.RunAsync($"{line} --json");

        Assert.Equal([request], server.Requests);
        Assert.Equal(("", Answer(request)!.Value.Body + "\n"), (console.Error, console.Out));
    }

    [Fact]
    public async Task Sagas_are_a_table_and_services_that_did_not_answer_are_told_apart()
    {
        var console = await server.RunAsync("saga list");

        Assert.Equal(["SAGA   NAME           SERVICE   STATUS        STEP   STARTED               UPDATED"], console.Out.Split('\n').Take(1));
        Assert.Matches(@"\ns-1    create-order   orders    compensated          20\d\d-", console.Out);
        Assert.Equal("stock did not answer: no healthy instance\n", console.Error);
    }

    [Fact]
    public async Task A_dead_letter_shows_what_is_needed_to_judge_it()
    {
        var console = await server.RunAsync("dlq show d-1");

        foreach (var part in new[] { "shop.order-placed.v1 m-1", "notifications", "t-1", "System.Exception: boom", "portolan-key: o-1", "\"orderId\"", "   at X" })
        {
            Assert.Contains(part, console.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_redrive_says_what_became_of_it() =>
        Assert.Equal("d-1 is redriven.\n", (await server.RunAsync("dlq redrive d-1")).Out);

    [Fact]
    public async Task Breakers_are_a_table_with_what_tells_them_apart()
    {
        var lines = (await server.RunAsync("breaker list")).Out.Split('\n');

        Assert.Equal("SERVICE   INSTANCE   BREAKER   STATE   SINCE                 RETRY IN   FAILURES   CALLS   ALLOWED   BLOCKED   REASON", lines[0]);
        Assert.Matches(@"^orders    orders-1   stock     open    20\d\d-\d\d-\d\d \d\d:\d\d:\d\d   18 s       62.5 %     8       120       7         5 failures in a row$", lines[1]);
    }

    [Fact]
    public async Task A_changed_breaker_is_told_for_each_instance() =>
        Assert.Equal("stock in orders-1 is isolated.\nstock in orders-2 is isolated.\n", (await server.RunAsync("breaker open orders stock")).Out);

    [Fact]
    public async Task A_breaker_that_nobody_has_is_a_failure_in_the_servers_words()
    {
        var console = await server.RunAsync("breaker reset orders nope", exitCode: 1);

        Assert.Equal("No instance of orders has a circuit breaker nope.\n", console.Error);
    }

    [Fact]
    public async Task A_mistyped_service_is_a_failure_with_a_suggestion()
    {
        var console = await server.RunAsync("registry show ordres", exitCode: 1);

        Assert.Equal("No service 'ordres' is registered; did you mean 'orders'?\n", console.Error);
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_words()
    {
        var console = await server.RunAsync("saga show nope", exitCode: 1);

        Assert.Equal("No service knows the saga nope.\n", console.Error);
    }

    private static (int Status, string Body)? Answer(string request) => request.Split(' ')[1].Split('?')[0] switch
    {
        "/v1/services" => (200, """{"services":[{"serviceName":"orders","healthy":1,"total":2}]}"""),
        "/v1/services/orders" => (200, """{"serviceName":"orders","instances":[{"id":"orders-1","host":"127.0.0.1","port":5101,"healthy":true,"status":"healthy","tags":["a"]}]}"""),
        "/v1/services/ordres" => (200, """{"serviceName":"ordres","instances":[]}"""),
        "/v1/sagas" => (200, Sagas),
        "/v1/sagas/s-1" => (200, """{"sagaId":"s-1","status":"running","steps":[{"name":"create-order","status":"completed"}]}"""),
        "/v1/sagas/nope" => (404, """{"title":"Not found","detail":"No service knows the saga nope."}"""),
        "/v1/dead-letters" => (200, $$"""{"deadLetters":[{{Letter}}]}"""),
        "/v1/dead-letters/d-1" or "/v1/dead-letters/d%2F1" => (200, Letter),
        "/v1/dead-letters/d-1/redrive" => (202, """{"id":"d-1","status":"redriven"}"""),
        "/v1/breakers" => (200, """{"breakers":[{"service":"orders","instance":"orders-1","name":"stock","state":"open","since":"2026-01-02T12:00:00Z","retryAfter":18,"failureRate":0.625,"calls":8,"allowed":120,"blocked":7,"reason":"5 failures in a row"}],"unreachable":[]}"""),
        "/v1/breakers/orders/nope/reset" => (404, """{"title":"Not found","detail":"No instance of orders has a circuit breaker nope."}"""),
        var path when path.StartsWith("/v1/breakers/orders/stock", StringComparison.Ordinal) =>
            (200, """{"breakers":[{"instance":"orders-1","name":"stock","state":"isolated"},{"instance":"orders-2","name":"stock","state":"isolated"}],"unreachable":[]}"""),
        _ => null,
    };
}
