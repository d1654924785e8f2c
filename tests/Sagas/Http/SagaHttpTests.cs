using System.Net;
using System.Text.Json;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Http;

public sealed class SagaHttpTests
{
    private readonly World world = new();

    [Fact]
    public async Task A_start_answers_202_with_the_address_of_the_saga()
    {
        await using var api = await SagaApi.StartAsync(world);

        using var response = await api.PostAsync("""{"trip":"t"}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var saga = Assert.Single(await api.Platform["agency"].Sagas.ListAsync());
        Assert.Equal($"/v1/sagas/book-trip/{saga.Id}", response.Headers.Location?.ToString());
        Assert.Equal($$"""{"sagaId":"{{saga.Id}}","status":"running","currentStep":"open-trip"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_running_saga_shows_its_steps()
    {
        await using var api = await SagaApi.StartAsync(world);

        var saga = await api.GetAsync(await api.BookAsync());

        Assert.Equal(["sagaId", "status", "currentStep", "steps"], Names(saga));
        Assert.Equal("running", saga.GetProperty("status").GetString());
        Assert.Equal(
            """
            [{"name":"open-trip","status":"completed","completedAt":"2025-01-01T12:00:00+00:00"},
            {"name":"book-flight","status":"running"},{"name":"pay","status":"pending"},
            {"name":"send-tickets","status":"pending"},{"name":"confirm-trip","status":"pending"}]
            """.ReplaceLineEndings(""),
            saga.GetProperty("steps").GetRawText());
    }

    [Fact]
    public async Task A_completed_saga_shows_its_result()
    {
        await using var api = await SagaApi.StartAsync(world);
        var location = await api.BookAsync();
        await api.Platform.RunUntilIdleAsync();

        var saga = await api.GetAsync(location);

        Assert.Equal(["sagaId", "status", "steps", "result"], Names(saga));
        Assert.Equal("completed", saga.GetProperty("status").GetString());
        Assert.Equal("""{"trip":"t","seat":"12A"}""", saga.GetProperty("result").GetRawText());
        Assert.All(saga.GetProperty("steps").EnumerateArray(), step => Assert.Equal(["name", "status", "completedAt"], Names(step)));
    }

    [Fact]
    public async Task A_compensated_saga_shows_what_failed_and_what_was_undone()
    {
        await using var api = await SagaApi.StartAsync(world.Refuse("pay"));
        var location = await api.BookAsync();
        await api.Platform.RunUntilIdleAsync();

        var saga = await api.GetAsync(location);

        Assert.Equal(["sagaId", "status", "steps", "error"], Names(saga));
        Assert.Equal("compensated", saga.GetProperty("status").GetString());
        Assert.Equal("""{"failedStep":"pay","reason":"No pay."}""", saga.GetProperty("error").GetRawText());
        Assert.Equal(
            """
            [{"name":"open-trip","status":"compensated","completedAt":"2025-01-01T12:00:00+00:00","compensation":"close-trip"},
            {"name":"book-flight","status":"compensated","completedAt":"2025-01-01T12:00:00+00:00","compensation":"cancel-flight"},
            {"name":"pay","status":"failed","error":{"code":"NO","message":"No pay."}},
            {"name":"send-tickets","status":"skipped"},{"name":"confirm-trip","status":"skipped"}]
            """.ReplaceLineEndings(""),
            saga.GetProperty("steps").GetRawText());
    }

    [Fact]
    public async Task A_saga_that_needs_attention_says_why_and_an_operator_retries_it()
    {
        await using var api = await SagaApi.StartAsync(world.Refuse("send", 1_000));
        var location = await api.BookAsync();
        await api.Platform.SettleAsync();

        var saga = await api.GetAsync(location);
        Assert.Equal(("needs-attention", "send-tickets"), (saga.GetProperty("status").GetString(), saga.GetProperty("currentStep").GetString()));
        Assert.Equal("""{"failedStep":"send-tickets","reason":"No send."}""", saga.GetProperty("error").GetRawText());
        Assert.Equal("""{"name":"send-tickets","status":"running","error":{"code":"NO","message":"No send."}}""", saga.GetProperty("steps")[3].GetRawText());

        world.Repair("send");
        var id = saga.GetProperty("sagaId").GetString();
        using var retried = await api.Client.PostAsync($"/portolan/sagas/{id}/retry", null);
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        await api.Platform.SettleAsync();
        Assert.Equal("completed", (await api.GetAsync(location)).GetProperty("status").GetString());

        using var again = await api.Client.PostAsync($"/portolan/sagas/{id}/skip", null);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory]
    [InlineData("/v1/sagas/book-trip/0193a000-0000-7000-8000-000000000000")]
    [InlineData("/v1/sagas/book-trip/nonsense")]
    [InlineData("/v1/sagas/other/{id}")]
    [InlineData("/portolan/sagas/nonsense")]
    public async Task What_is_not_there_is_404(string path)
    {
        await using var api = await SagaApi.StartAsync(world);
        var id = (await api.BookAsync()).Split('/')[^1];

        using var response = await api.Client.GetAsync(path.Replace("{id}", id, StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_saga_nobody_defined_is_404()
    {
        await using var api = await SagaApi.StartAsync(world);

        using var response = await api.PostAsync("{}", path: "/v1/sagas/fly-to-the-moon");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("", "malformed-request")]
    [InlineData("{\"trip\":", "malformed-request")]
    [InlineData("null", "malformed-request")]
    [InlineData("[]", "malformed-request")]
    [InlineData("{\"trip\":5}", "malformed-request")]
    [InlineData("{}", "validation")]
    [InlineData("{\"trip\":\"t\",\"callbackUrl\":\"http://evil.example/\"}", "validation")]
    [InlineData("{\"trip\":\"t\",\"callbackUrl\":\"file:///etc/passwd\"}", "validation")]
    [InlineData("{\"trip\":\"t\",\"callbackUrl\":\"http://localhost@evil.example/\"}", "validation")]
    [InlineData("{\"trip\":\"t\",\"callbackUrl\":17}", "validation")]
    public async Task A_body_that_cannot_be_taken_is_400_and_nothing_is_stored(string body, string problem)
    {
        await using var api = await SagaApi.StartAsync(world);

        using var response = await api.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("urn:portolan:problem:" + problem, (await SagaApi.JsonAsync(response)).GetProperty("type").GetString());
        Assert.Empty(await api.Platform["agency"].Sagas.ListAsync());
    }

    [Fact]
    public async Task A_repetition_under_the_same_key_answers_the_same_saga_and_another_body_is_422()
    {
        await using var api = await SagaApi.StartAsync(world);

        using var first = await api.PostAsync("""{"trip":"t"}""", key: "k");
        await api.Platform.RunUntilIdleAsync();
        using var second = await api.PostAsync("""{ "trip": "t" }""", key: "k");
        using var other = await api.PostAsync("""{"trip":"other"}""", key: "k");

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Equal("urn:portolan:problem:idempotency-key-reused", (await SagaApi.JsonAsync(other)).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(null, "completed")]
    [InlineData("pay", "compensated")]
    public async Task Whoever_asked_to_be_called_back_is_told_of_the_end(string? refused, string status)
    {
        await using var api = await SagaApi.StartAsync(refused is null ? world : world.Refuse(refused));
        await using var listener = await Listener.StartAsync();

        using var response = await api.PostAsync($$"""{"trip":"t","callbackUrl":"{{listener.Address}}done?x=1"}""");
        await api.Platform.RunUntilIdleAsync();

        var (path, body) = Assert.Single(listener.Received);
        Assert.Equal("/done?x=1", path);
        Assert.Equal(status, body.GetProperty("status").GetString());
        Assert.Equal((await api.GetAsync(response.Headers.Location!.ToString())).GetRawText(), body.GetRawText());
    }

    [Fact]
    public async Task A_callback_that_is_refused_is_tried_again_and_then_a_dead_letter()
    {
        await using var api = await SagaApi.StartAsync(world);
        await using var listener = await Listener.StartAsync(HttpStatusCode.InternalServerError);

        using var response = await api.PostAsync($$"""{"trip":"t","callbackUrl":"{{listener.Address}}"}""");
        await api.Platform.SettleAsync();

        Assert.Equal(5, listener.Received.Count);
        Assert.Equal("Portolan.Sagas.Callback", Assert.Single(await api.Platform["agency"].DeadLetters.ListAsync(10)).Handler);
        Assert.Equal("completed", Assert.Single(await api.Platform["agency"].Sagas.ListAsync()).Status);
    }

    [Fact]
    public async Task An_operator_lists_sagas_the_newest_first_and_by_status()
    {
        await using var api = await SagaApi.StartAsync(world);
        var first = (await api.BookAsync("a")).Split('/')[^1];
        await api.Platform.AdvanceAsync(TimeSpan.FromSeconds(1));
        var second = (await api.BookAsync("b")).Split('/')[^1];

        var all = (await api.GetAsync("/portolan/sagas")).GetProperty("sagas").EnumerateArray().ToList();
        Assert.Equal([second, first], all.Select(saga => saga.GetProperty("sagaId").GetString()));
        Assert.Equal(["sagaId", "status", "currentStep", "name", "service", "startedAt", "updatedAt"], Names(all[0]));
        Assert.Equal("agency", all[0].GetProperty("service").GetString());
        Assert.Equal([first], (await api.GetAsync("/portolan/sagas?status=completed")).GetProperty("sagas").EnumerateArray().Select(saga => saga.GetProperty("sagaId").GetString()));
        Assert.Single((await api.GetAsync("/portolan/sagas?limit=1")).GetProperty("sagas").EnumerateArray());
        Assert.Equal("book-trip", (await api.GetAsync($"/portolan/sagas/{first}")).GetProperty("name").GetString());
    }

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(property => property.Name);
}
