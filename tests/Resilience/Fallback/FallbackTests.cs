using Portolan.Resilience.Fallback;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Fallback;

public sealed class FallbackTests
{
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];

    [Theory]
    [InlineData("good", "good")]
    [InlineData("bad", "fallback")]
    [InlineData("throttled", "fallback")]
    [InlineData("throws", "fallback")]
    [InlineData("rejected", "fallback")]
    public async Task Failures_throttling_and_refusals_are_replaced_and_nothing_else(string what, string expected)
    {
        var pipeline = Pipeline(new() { Answer = (_, _) => new(new Answer("fallback")), Kind = FallbackKind.Degraded });
        var outcome = await Try(pipeline, _ => what switch
        {
            "throws" => throw new IOException("broken"),
            "rejected" => throw new RejectedException(new(RejectionKind.CircuitOpen, "breaker", "open")),
            _ => new(new Answer(what)),
        });

        Assert.Equal((expected, Verdict.Success), (outcome.Value!.Text, outcome.Verdict));
        Assert.Equal(expected == "fallback" ? ["fallback-degraded"] : [], events.Select(one => one.Name));
    }

    [Fact]
    public async Task A_value_that_is_replaced_is_disposed_of_after_the_fallback_has_read_it()
    {
        var bad = new Answer("bad");
        var pipeline = Pipeline(new() { Answer = (outcome, _) => new(new Answer($"instead of {outcome.Value!.Text}, {(outcome.Value.Disposed ? "gone" : "there")}")) });
        Assert.Equal("instead of bad, there", (await Try(pipeline, _ => new(bad))).Value!.Text);
        Assert.True(bad.Disposed);

        var same = new Answer("bad");
        Assert.Same(same, (await Try(Pipeline(new() { Answer = (outcome, _) => new(outcome.Value!) }), _ => new(same))).Value);
        Assert.False(same.Disposed);
    }

    [Fact]
    public async Task A_fallback_that_fails_leaves_the_outcome_as_it_was()
    {
        foreach (var answer in new Func<Outcome<Answer>, ResilienceCall, ValueTask<Answer>>[] { (_, _) => throw new FormatException(), async (_, _) => { await Task.Yield(); throw new FormatException(); } })
        {
            var bad = new Answer("bad");
            var outcome = await Try(Pipeline(new() { Answer = answer }), _ => new(bad));
            Assert.Same(bad, outcome.Value);
            Assert.False(bad.Disposed);
        }

        Assert.Equal(["fallback-failed", "fallback-failed"], events.Select(one => one.Name));
        Assert.DoesNotContain(events, one => one.Detail != "FormatException");
    }

    [Fact]
    public async Task A_fallback_has_its_own_short_time_and_what_it_brings_too_late_is_disposed_of()
    {
        var late = new TaskCompletionSource<Answer>();
        var token = CancellationToken.None;
        var pending = Try(Pipeline(new() { Answer = (_, call) => { token = call.CancellationToken; return new(late.Task); } }), _ => throw new IOException("broken"));
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(pending.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.IsType<IOException>((await pending).Exception);
        Assert.True(token.IsCancellationRequested);
        var answer = new Answer("late");
        late.SetResult(answer);
        Assert.True(SpinWait.SpinUntil(() => answer.Disposed, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Who_gave_up_needs_no_fallback()
    {
        using var cancellation = new CancellationTokenSource();
        var asked = false;
        var pipeline = Pipeline(new() { Answer = (_, _) => { asked = true; return new(new Answer("fallback")); }, Applies = _ => true });
        var outcome = await pipeline.TryExecuteAsync(
            static (call, source) => { source.Cancel(); throw new OperationCanceledException(call.CancellationToken); }, cancellation, default, cancellation.Token);
        Assert.Equal((Verdict.Neutral, false), (outcome.Verdict, asked));
    }

    [Fact]
    public async Task Ones_own_predicate_chooses_and_one_that_fails_chooses_nothing()
    {
        var answers = new FallbackOptions<Answer> { Answer = (_, _) => new(new Answer("fallback")) };
        Assert.Equal("fallback", (await Try(Pipeline(answers with { Applies = outcome => outcome.HasValue }), _ => new(new Answer("good")))).Value!.Text);
        Assert.Equal("bad", (await Try(Pipeline(answers with { Applies = _ => throw new FormatException() }), _ => new(new Answer("bad")))).Value!.Text);
    }

    [Fact]
    public void Time_out_of_range_is_refused()
    {
        Assert.Contains("Timeout", Assert.Throws<ArgumentException>(() => Pipeline(new() { Answer = (_, _) => default, Timeout = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("Timeout", Assert.Throws<ArgumentException>(() => Pipeline(new() { Answer = (_, _) => default, Timeout = TimeSpan.MaxValue })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_call_allocates_nothing()
    {
        var pipeline = new ResiliencePipelineBuilder<int>("x").AddFallback(new() { Answer = static (_, _) => new(0) }).Build();
        Assert.Equal("x: fallback default -> call", pipeline.ToString());
        Assert.InRange(Allocated.By(() =>
        {
            for (var run = 0; run < 1_000; run++)
            {
                var pending = pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1);
                Assert.True(pending.IsCompletedSuccessfully);
            }
        }), 0, 500);
    }

    private static Task<Outcome<Answer>> Try(ResiliencePipeline<Answer> pipeline, Func<ResilienceCall, ValueTask<Answer>> callback) =>
        pipeline.TryExecuteAsync(static (call, callback) => callback(call), callback).AsTask();

    private ResiliencePipeline<Answer> Pipeline(FallbackOptions<Answer> options) =>
        new ResiliencePipelineBuilder<Answer>(new PipelineScope("catalog", clock, Random.Shared, events.Add))
        {
            ValueVerdict = answer => answer.Text switch { "bad" => Verdict.Failure, "throttled" => Verdict.Throttled, _ => Verdict.Success },
        }.AddFallback(options).Build();

    private sealed record Answer(string Text) : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
