using Microsoft.AspNetCore.Builder;
using Portolan.Core.Deadlines;
using Portolan.Resilience.Http;
using Portolan.Resilience.Latency;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Guide;

public sealed class TimeoutsGuide
{
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task Total_and_attempt_time_outs_with_advice()
    {
        var scope = new PipelineScope("inventory", clock, Random.Shared);
        var advice = new TimeoutAdvice(new LatencyWindow(clock, TimeSpan.FromMinutes(10)));
        var pipeline = new ResiliencePipelineBuilder<string>(scope)
            .AddTotalTimeout(TimeSpan.FromSeconds(10))
            .AddRetry()
            .AddAttemptTimeout(TimeSpan.FromSeconds(3), advice)
            .Build();

        Assert.Equal("stock", await pipeline.ExecuteAsync(_ => ValueTask.FromResult("stock")));
        Assert.Null(advice.Advised);
        Assert.StartsWith("inventory: total timeout 10 s -> retry", pipeline.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_for_everything_inside()
    {
        var pipeline = new ResiliencePipelineBuilder<string>(new PipelineScope("inventory", clock, Random.Shared)).AddTotalTimeout().Build();

        using (Deadline.In(clock, TimeSpan.FromSeconds(2)).Enter())
        {
            await pipeline.ExecuteAsync(token => Ask(token));
        }

        static ValueTask<string> Ask(CancellationToken token)
        {
            Assert.True(token.CanBeCanceled);
            Assert.Equal(TimeSpan.FromSeconds(2), Deadline.Current?.Remaining);
            return ValueTask.FromResult("stock");
        }
    }

    [Fact]
    public async Task What_is_left_goes_along_with_a_request()
    {
        var pipeline = new ResiliencePipelineBuilder<string>(new PipelineScope("inventory", clock, Random.Shared)).AddTotalTimeout().Build();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://inventory/stock");

        await pipeline.ExecuteAsync(
            static (call, request) =>
            {
                DeadlineHeaders.Write(request, call.Remaining);
                return ValueTask.FromResult("sent");
            },
            request);

        Assert.Equal("59995", Assert.Single(request.Headers.GetValues("X-Request-Timeout")));
    }

    [Fact]
    public async Task A_service_that_keeps_its_callers_deadlines()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();

        app.UseDeadlines(new DeadlineOptions { Longest = TimeSpan.FromSeconds(30) });

        Assert.NotNull(((IApplicationBuilder)app).Build());
    }
}
