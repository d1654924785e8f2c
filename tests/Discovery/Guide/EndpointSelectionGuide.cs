using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Guide;

/// <summary>The snippets of docs/guide/endpoint-selection.md, run.</summary>
public sealed class EndpointSelectionGuide
{
    [Fact]
    public async Task A_pipeline_that_chooses_endpoints()
    {
        var known = new DiscoveryOptions { Services = { ["inventory"] = ["http://127.0.0.1:5001", "http://127.0.0.1:5002"] } };
        await using var services = new ServiceDirectory(known, TimeProvider.System, Random.Shared, NullLoggerFactory.Instance);
        var clock = TimeProvider.System;
        var random = Random.Shared;
        var cancellationToken = TestContext.Current.CancellationToken;

        var options = new SelectionOptions
        {
            Policy = LoadBalancing.PeakEwma,
            Zone = "eu-1",
            SlowStart = TimeSpan.FromSeconds(30),
            Ejection = new EjectionOptions { FailuresInARow = 5 },
        };
        var scope = new PipelineScope("inventory", clock, random, told => Console.WriteLine(told.Detail));
        var endpoints = new ServiceEndpoints(options, scope, services);

        var pipeline = new ResiliencePipelineBuilder<string>(scope).AddEndpoint(endpoints).Build();
        var answer = await pipeline.ExecuteAsync(
            static (call, product) => SendAsync(((Endpoint)call.Target!).Instance, product, call.CancellationToken),
            "chair",
            new CallOptions { Key = "tenant-7" },
            cancellationToken);

        Assert.Equal("chair at 127.0.0.1", answer);
    }

    [Fact]
    public async Task Endpoints_without_a_pipeline()
    {
        var fleet = new Selection.Fleet(LoadBalancing.LeastRequests, 3);
        var endpoints = fleet.Endpoints;
        var clock = fleet.Clock;
        var cancellationToken = TestContext.Current.CancellationToken;

        await endpoints.RefreshAsync(cancellationToken);
        var started = clock.GetTimestamp();
        if (endpoints.Pick(new PickContext(started, Key: "tenant-7")) is { } endpoint)
        {
            endpoint.Begin();
            var verdict = await SendAsync(endpoint.Instance, "chair", cancellationToken) is null ? Verdict.Failure : Verdict.Success;
            endpoint.End(verdict, clock.GetElapsedTime(started), clock.GetTimestamp());
        }

        Assert.All(fleet.All, one => Assert.Equal(0, one.InFlight));
    }

    private static ValueTask<string> SendAsync(ServiceInstance instance, string product, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? throw new OperationCanceledException(cancellationToken) : new($"{product} at {instance.Host}");
}
