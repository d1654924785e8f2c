using System.Text.Json.Serialization;
using Portolan.Core.Problems;
using Portolan.Messaging.Idempotency;
using Portolan.Testing;

namespace Portolan.Messaging.Tests.Idempotency;

public sealed partial class IdempotencyTests
{
    private int runs;

    [Fact]
    public async Task The_same_key_and_request_give_the_first_answer_again()
    {
        await using var platform = await StartAsync();

        Assert.Equal(1, await RunAsync(platform, "k", "{}"));
        Assert.Equal(1, await RunAsync(platform, "k", "{}"));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Many_at_once_run_it_once()
    {
        await using var platform = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => RunAsync(platform, "k", "{}"))));

        Assert.All(answers, answer => Assert.Equal(1, answer));
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused()
    {
        await using var platform = await StartAsync();
        await RunAsync(platform, "k", "{}");

        var error = await Assert.ThrowsAsync<ProblemException>(() => RunAsync(platform, "k", "[]"));

        Assert.Equal((422, "idempotency-key-reused"), (error.Problem.Status, error.Problem.Name));
    }

    [Fact]
    public async Task Without_a_key_it_runs_every_time()
    {
        await using var platform = await StartAsync();

        Assert.Equal(1, await RunAsync(platform, null, "{}"));
        Assert.Equal(2, await RunAsync(platform, null, "{}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_key_without_sense_is_refused(int length)
    {
        await using var platform = await StartAsync();

        var error = await Assert.ThrowsAsync<ProblemException>(() => RunAsync(platform, new string('k', length), "{}"));

        Assert.Equal(400, error.Problem.Status);
    }

    [Fact]
    public async Task What_fails_leaves_the_key_free()
    {
        await using var platform = await StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(platform, "k", "{}", fail: true));

        Assert.Equal(2, await RunAsync(platform, "k", "{}"));
    }

    [Fact]
    public async Task Keys_and_handled_messages_are_forgotten_after_the_window()
    {
        await using var platform = await StartAsync();
        await RunAsync(platform, "k", "{}");
        var housekeeping = platform["orders"].Get<Housekeeping>();

        platform.Clock.Advance(TimeSpan.FromDays(6.9));
        Assert.Equal(0, await housekeeping.ForgetAsync(default));
        platform.Clock.Advance(TimeSpan.FromDays(0.2));
        Assert.Equal(1, await housekeeping.ForgetAsync(default));

        Assert.Equal(2, await RunAsync(platform, "k", "{}"));
    }

    private static Task<TestPlatform> StartAsync() => TestPlatform.StartAsync(platform => platform.Service("orders", _ => { }));

    private async Task<int> RunAsync(TestPlatform platform, string? key, string request, bool fail = false) =>
        await platform["orders"].Store.WriteAsync(transaction => platform["orders"].Get<IdempotencyKeys>().RunAsync(
            transaction, "place", key, System.Text.Encoding.UTF8.GetBytes(request), Answers.Default.Int32,
            () => ValueTask.FromResult(++runs > 0 && fail ? throw new InvalidOperationException() : runs)));

    [JsonSerializable(typeof(int))]
    private sealed partial class Answers : JsonSerializerContext;
}
