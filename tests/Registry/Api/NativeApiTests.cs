using System.Net;
using Portolan.Registry.Tests.Server;

namespace Portolan.Registry.Tests.Api;

public sealed class NativeApiTests : ApiTest
{
    [Fact]
    public async Task An_instance_registers_is_listed_beats_and_leaves()
    {
        var put = await PutAsync("orders", "orders-1", """{"port":5001,"tags":["blue"],"ports":{"grpc":5002},"metadata":{"version":"1.2"},"leaseSeconds":6}""");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        var answer = await Http.GetAsync("/v1/services/orders");
        Assert.Equal("max-age=30", answer.Headers.CacheControl!.ToString());
        Assert.Equal("2", answer.Headers.GetValues("X-Portolan-Index").Single());
        var service = await JsonAsync(answer);
        Assert.Equal("orders", service.GetProperty("serviceName").GetString());
        var instance = Assert.Single(service.GetProperty("instances").EnumerateArray());
        Assert.Equal("127.0.0.1", instance.GetProperty("host").GetString());
        Assert.Equal(5001, instance.GetProperty("port").GetInt32());
        Assert.True(instance.GetProperty("healthy").GetBoolean());
        Assert.Equal("healthy", instance.GetProperty("status").GetString());
        Assert.Equal("blue", instance.GetProperty("tags")[0].GetString());
        Assert.Equal(5002, instance.GetProperty("ports").GetProperty("grpc").GetInt32());
        Assert.Equal("1.2", instance.GetProperty("metadata").GetProperty("version").GetString());
        Assert.EndsWith("Z", instance.GetProperty("registeredAt").GetString());
        Assert.Equal(6, instance.GetProperty("lease").GetProperty("seconds").GetDouble());

        var beat = await Http.PutAsync("/v1/services/orders/instances/orders-1/heartbeat", Json("""{"status":"starting"}"""));
        Assert.True((await JsonAsync(beat)).GetProperty("lease").GetProperty("expiresAt").GetDateTime() > DateTime.UnixEpoch);
        var list = await JsonAsync(await Http.GetAsync("/v1/services"));
        Assert.Equal("""{"services":[{"serviceName":"orders","healthy":0,"total":1}]}""", list.GetRawText());

        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync("/v1/services/orders/instances/orders-1")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Http.DeleteAsync("/v1/services/orders/instances/orders-1")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.PutAsync("/v1/services/orders/instances/orders-1/heartbeat", null)).StatusCode);
    }

    [Fact]
    public async Task An_unknown_service_has_no_instances_and_index_1()
    {
        var answer = await Http.GetAsync("/v1/services/nobody");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("1", answer.Headers.GetValues("X-Portolan-Index").Single());
        Assert.True(int.Parse(answer.Headers.GetValues("X-Portolan-Grace").Single()) is > 0 and <= 30);
        Assert.Equal("""{"serviceName":"nobody","instances":[]}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_long_poll_answers_when_the_service_changes()
    {
        await PutAsync("orders", "a", """{"port":5001}""");
        var poll = Http.GetAsync("/v1/services/orders?index=2&wait=60s");
        await PutAsync("inventory", "i", """{"port":5003}""");
        await Http.PutAsync("/v1/services/orders/instances/a/heartbeat", null);
        Assert.False(poll.IsCompleted);

        await PutAsync("orders", "b", """{"port":5002}""");
        var answer = await poll;
        Assert.Equal("3", answer.Headers.GetValues("X-Portolan-Index").Single());
        Assert.Equal(2, (await JsonAsync(answer)).GetProperty("instances").GetArrayLength());
    }

    [Fact]
    public async Task A_long_poll_without_a_change_answers_after_its_wait()
    {
        var answer = await Http.GetAsync("/v1/services/orders?index=1&wait=20ms");
        Assert.Equal("1", answer.Headers.GetValues("X-Portolan-Index").Single());
    }

    [Fact]
    public async Task A_stopping_server_is_not_held_up_by_long_polls()
    {
        using var folder = new TemporaryFolder();
        var other = await RegistryServer.StartAsync(folder.File("r.db"));
        using var client = other.NewClient();
        await client.GetAsync("/v1/services");
        var poll = client.GetAsync("/v1/services/orders?index=1&wait=60s");
        var began = TimeProvider.System.GetTimestamp();
        await other.DisposeAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10));
        await poll.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_watcher_too_many_gets_503_and_when_to_try_again()
    {
        using var folder = new TemporaryFolder();
        await using var full = await RegistryServer.StartAsync(folder.File("r.db"), options => options.MaximumWatchers = 0);
        using var client = full.NewClient();
        var answer = await client.GetAsync("/v1/services/orders?index=1&wait=60s");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/services/orders")).StatusCode);
    }
}
