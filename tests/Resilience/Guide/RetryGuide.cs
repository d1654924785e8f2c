using Portolan.Resilience.Http;
using Portolan.Resilience.Retry;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Guide;

public sealed class RetryGuide
{
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];

    [Fact]
    public async Task A_call_with_retries_and_a_budget()
    {
        var scope = new PipelineScope("inventory", clock, Random.Shared, events.Add);
        var budget = RetryBudget.Share();
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>(scope)
        {
            ValueVerdict = HttpOutcomes.Of,
            ExceptionVerdict = HttpOutcomes.Of,
        }
            .AddRetry(
                new RetryOptions { MaximumAttempts = 4, BaseDelay = TimeSpan.FromMilliseconds(200) },
                budget,
                outcome => HttpOutcomes.RetryAfter(outcome, scope.Clock))
            .Build();

        using var client = new HttpClient(new Answers());
        var running = Reserve(pipeline, client, default).AsTask();
        while (!running.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(503, (int)(await running).StatusCode);
        Assert.Equal("retry", Assert.Single(events).Name);
    }

    private static async ValueTask<HttpResponseMessage> Reserve(
        ResiliencePipeline<HttpResponseMessage> pipeline, HttpClient client, CancellationToken cancellationToken)
    {
        var outcome = await pipeline.TryExecuteAsync(
            static async (call, client) => await client.PostAsync("http://inventory/reservations", null, call.CancellationToken),
            client,
            new CallOptions { Once = true },
            cancellationToken);

        return outcome.GetOrThrow();
    }

    private sealed class Answers : HttpMessageHandler
    {
        private int attempts;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => ++attempts == 1
            ? throw new HttpRequestException(HttpRequestError.ConnectionError)
            : Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable));
    }
}
