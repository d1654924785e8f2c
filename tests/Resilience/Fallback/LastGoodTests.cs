using Microsoft.AspNetCore.Http;
using Portolan.Resilience.Fallback;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Fallback;

public sealed class LastGoodTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task The_last_good_value_answers_for_its_key_and_says_so()
    {
        var known = new LastGood<int>(clock);
        var pipeline = new ResiliencePipelineBuilder<Marked<int>>("catalog").AddFallback(new() { Kind = FallbackKind.Cached, Answer = known.AnswerAsync }).Build();
        Assert.Equal(7, known.Remember("pen", 7));
        var at = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(5));

        var answer = (await Fail("pen")).Value;
        Assert.Equal((7, new FallbackMeta("cached", "circuit-open", at)), (answer.Value, answer.Meta));
        Assert.True(answer.IsFallback);
        Assert.False(((Marked<int>)7).IsFallback);
        Assert.NotNull((await Fail("ink")).Rejection);
        Assert.NotNull((await Fail(null)).Rejection);

        Task<Outcome<Marked<int>>> Fail(string? key) => pipeline.TryExecuteAsync<int>(
            static (_, _) => throw new RejectedException(new(RejectionKind.CircuitOpen, "breaker", "open")), 0, new() { Key = key }).AsTask();
    }

    [Fact]
    public void A_value_that_is_too_old_is_none()
    {
        var known = new LastGood<int>(clock, maximumAge: TimeSpan.FromMinutes(1));
        known.Remember("pen", 7);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(7, known.Recall("pen")!.Value);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(known.Recall("pen"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LastGood<int>(maximumAge: TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LastGood<int>(maximumKeys: 0));
        Assert.NotNull(new LastGood<int>(clock, 1, TimeSpan.MaxValue));
    }

    [Fact]
    public void A_million_keys_leave_no_more_than_there_may_be_and_the_newest_stay()
    {
        var known = new LastGood<int>(clock, maximumKeys: 100);
        for (var key = 0; key < 1_000_000; key++)
        {
            known.Remember($"{key}", key);
        }

        Assert.Equal(100, known.Count);
        Assert.Equal(999_999, known.Recall("999999")!.Value);
        Assert.Equal(999_900, known.Recall("999900")!.Value);
        Assert.Null(known.Recall("999899"));
    }

    [Fact]
    public void Headers_say_that_an_answer_stands_in_and_that_it_is_old()
    {
        var server = new DefaultHttpContext().Response;
        server.Mark(null);
        Assert.Empty(server.Headers);
        server.Mark(new FallbackMeta("default", "failed"));
        Assert.Equal(["X-Fallback-Response"], server.Headers.Keys);
        server.Mark(new FallbackMeta("cached", "failed", DateTimeOffset.UnixEpoch));
        Assert.Equal(("true", "stale"), (server.Headers["X-Fallback-Response"].ToString(), server.Headers["X-Data-Freshness"].ToString()));

        using var client = new HttpResponseMessage();
        Assert.False(client.IsFallback());
        client.Mark(new FallbackMeta("alternative", "failed"));
        client.Mark(new FallbackMeta("cached", "timed-out"));
        Assert.True(client.IsFallback());
        Assert.Equal("stale", Assert.Single(client.Headers.GetValues("X-Data-Freshness")));
    }

    [Theory]
    [InlineData(RejectionKind.TimedOut, "timed-out")]
    [InlineData(RejectionKind.BulkheadFull, "bulkhead-full")]
    [InlineData(RejectionKind.LoadShed, "load-shed")]
    public void A_reason_is_one_word(RejectionKind kind, string word)
    {
        Assert.Equal(word, FallbackMeta.Of(FallbackKind.Default, Outcome<int>.Of(new Rejection(kind, "x", "y"))).Reason);
        Assert.Equal("unreachable", FallbackMeta.Of(FallbackKind.Default, Outcome<int>.Of(new IOException("secret"), Verdict.Unreached)).Reason);
        Assert.Equal("failed", FallbackMeta.Of(FallbackKind.Default, Outcome<int>.Of(new IOException("secret"))).Reason);
    }
}
