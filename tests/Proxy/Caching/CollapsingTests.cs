using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Caching;

public sealed class CollapsingTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Fifty_clients_with_one_question_are_one_request()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, _) =>
        {
            arrived.TrySetResult();
            await gate.Task;
            context.Response.Headers.CacheControl = "max-age=60";
        });
        var asked = Enumerable.Range(0, 50).Select(_ => cache.GetAsync("/x")).ToList();
        await arrived.Task.WaitAsync(Token);
        await cache.UntilWaitingAsync(49);
        gate.SetResult();
        var answers = await Task.WhenAll(asked);
        Assert.Equal(1, cache.Count);
        Assert.All(answers, answer => Assert.Equal((200, "1"), (answer.Status, answer.Body)));
        Assert.Single(answers, answer => answer.CacheStatus == "portolan; fwd=uri-miss; stored");
    }

    [Fact]
    public async Task What_cannot_be_shared_is_fetched_by_all_beside_each_other()
    {
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "private";
            if (number == 1)
            {
                arrived.TrySetResult();
                await gate.Task;
            }
            else if (number == 10)
            {
                together.SetResult();
            }
            else
            {
                // Each of these ends only when all the others have come.
                await together.Task;
            }
        });
        var first = cache.GetAsync("/x");
        await arrived.Task.WaitAsync(Token);
        var others = Enumerable.Range(0, 9).Select(_ => cache.GetAsync("/x")).ToList();
        await cache.UntilWaitingAsync(9);
        gate.SetResult();
        var answers = await Task.WhenAll([first, .. others]).WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(10, answers.Select(answer => answer.Body).Distinct().Count());
    }

    [Fact]
    public async Task When_the_one_who_asked_leaves_another_asks_in_his_place()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            if (number == 1)
            {
                arrived.TrySetResult();
                context.RequestAborted.Register(() => left.TrySetResult());
                await left.Task;
            }
        });
        using var leaving = new CancellationTokenSource();
        var first = cache.Gateway.Client.GetAsync("/x", leaving.Token);
        await arrived.Task.WaitAsync(Token);
        var others = Enumerable.Range(0, 10).Select(_ => cache.GetAsync("/x")).ToList();
        await cache.UntilWaitingAsync(10);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var answers = await Task.WhenAll(others).WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.All(answers, answer => Assert.Equal("2", answer.Body));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task One_who_waits_may_leave_without_the_others()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, _) =>
        {
            arrived.TrySetResult();
            await gate.Task;
            context.Response.Headers.CacheControl = "max-age=60";
        });
        var first = cache.GetAsync("/x");
        await arrived.Task.WaitAsync(Token);
        using var leaving = new CancellationTokenSource();
        var second = cache.Gateway.Client.GetAsync("/x", leaving.Token);
        var third = cache.GetAsync("/x");
        await cache.UntilWaitingAsync(2);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        Assert.Equal(["1", "1"], (await Task.WhenAll(first, third)).Select(answer => answer.Body));
    }

    [Fact]
    public async Task Who_waits_too_long_asks_himself()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            if (number == 1)
            {
                arrived.TrySetResult();
                await gate.Task;
            }
        }, "{ collapseTimeout: 5s }");
        var first = cache.GetAsync("/x");
        await arrived.Task.WaitAsync(Token);
        var second = cache.GetAsync("/x");
        await cache.UntilWaitingAsync(1);
        cache.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("2", (await second).Body);
        gate.SetResult();
        await first;
    }

    [Fact]
    public async Task What_went_stale_is_given_while_one_fetches_it_again()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=30";
            if (number == 2)
            {
                arrived.TrySetResult();
                await gate.Task;
            }
        });
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(65));
        var stale = await cache.GetAsync("/x");
        Assert.Equal(("1", "portolan; hit; ttl=-5"), (stale.Body, stale.CacheStatus));
        await arrived.Task.WaitAsync(Token);
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
        gate.SetResult();
        while ((await cache.GetAsync("/x")).Body != "2")
        {
            await Task.Yield();
        }

        Assert.Equal(2, cache.Count);
        cache.Clock.Advance(TimeSpan.FromSeconds(91));
        Assert.Equal("3", (await cache.GetAsync("/x")).Body);
    }

    [Theory]
    [InlineData("max-age=60, stale-if-error=30", "{}", 80, true)]
    [InlineData("max-age=60, stale-if-error=30", "{}", 91, false)]
    [InlineData("max-age=60", "{ staleIfError: 1h }", 80, true)]
    [InlineData("max-age=60, must-revalidate", "{ staleIfError: 1h }", 80, false)]
    [InlineData("max-age=60", "{}", 80, false)]
    public async Task Where_the_service_fails_a_stale_answer_may_stand_in(string control, string config, int seconds, bool stale)
    {
        await using var cache = await CacheFixture.StartAsync((context, number) =>
        {
            context.Response.Headers.CacheControl = control;
            context.Response.StatusCode = number == 1 ? 200 : 503;
            context.Response.Headers["X-Number"] = number.ToString();
            return Task.CompletedTask;
        }, config);
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var answer = await cache.GetAsync("/x");
        Assert.Equal(stale ? (200, "1", "1") : (503, "2", "2"), (answer.Status, answer.Body, answer["X-Number"]));
        Assert.StartsWith("portolan; fwd=stale" + (stale ? "; fwd-status=503" : ""), answer.CacheStatus);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_not_stored()
    {
        var count = 0;
        using var server = new RawServer(socket => RawServer.Answering(Interlocked.Increment(ref count) == 1
            ? "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\nhalf"
            : "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n0123456789")(socket));
        await using var gateway = await Gateway.StartAsync(CacheFixture.Yaml("{}"), ("backend", [server.Address]));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal("0123456789", await gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal("0123456789", await gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task A_chunked_answer_that_breaks_off_is_not_stored()
    {
        var count = 0;
        using var server = new RawServer(socket => RawServer.Answering(Interlocked.Increment(ref count) == 1
            ? "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
            : "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n")(socket));
        await using var gateway = await Gateway.StartAsync(CacheFixture.Yaml("{}"), ("backend", [server.Address]));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal("whole", await gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal("whole", await gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal(2, count);
    }
}
