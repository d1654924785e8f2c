using Portolan.Resilience.Latency;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class TimeoutAdviceTests
{
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];
    private readonly TimeoutAdvice advice;

    public TimeoutAdviceTests() => advice = new TimeoutAdvice(new LatencyWindow(clock, TimeSpan.FromHours(1)));

    [Fact]
    public async Task The_advice_is_the_ninety_ninth_percentile_and_half_of_it_again()
    {
        Assert.Null(advice.Advised);
        await RunAsync(200, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        Assert.InRange(advice.Advised!.Value.TotalMilliseconds, 145, 155);
    }

    [Fact]
    public async Task A_time_out_far_above_what_calls_need_is_told_once()
    {
        await RunAsync(3_000, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        var told = Assert.Single(events);
        Assert.Equal("timeout-advice", told.Name);
        Assert.Contains("30000 ms are set", told.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_out_below_what_calls_need_is_told()
    {
        await RunAsync(1_100, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(110));
        Assert.Single(events);
    }

    [Fact]
    public async Task A_time_out_that_fits_is_not_worth_a_word()
    {
        await RunAsync(3_000, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400));
        Assert.Empty(events);
    }

    [Fact]
    public async Task Callers_that_give_up_do_not_count()
    {
        var pipeline = Pipeline(TimeSpan.FromSeconds(1));
        for (var call = 0; call < 200; call++)
        {
            await pipeline.TryExecuteAsync(static (_, _) => throw new InvalidOperationException(), 0, default, new CancellationToken(canceled: true));
            using var source = new CancellationTokenSource();
            await pipeline.TryExecuteAsync(
                static (call, source) =>
                {
                    source.Cancel();
                    call.CancellationToken.ThrowIfCancellationRequested();
                    return ValueTask.FromResult(0);
                },
                source,
                default,
                source.Token);
        }

        Assert.Null(advice.Advised);
    }

    private async Task RunAsync(int calls, TimeSpan duration, TimeSpan timeout)
    {
        var pipeline = Pipeline(timeout);
        for (var call = 0; call < calls; call++)
        {
            await pipeline.ExecuteAsync(
                static (_, given) =>
                {
                    given.clock.Advance(given.duration);
                    return ValueTask.FromResult(0);
                },
                (clock, duration));
        }
    }

    private ResiliencePipeline<int> Pipeline(TimeSpan timeout) =>
        new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared, events.Add)).AddAttemptTimeout(timeout, advice).Build();
}
