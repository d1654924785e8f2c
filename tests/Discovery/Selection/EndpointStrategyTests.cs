using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection;

public sealed class EndpointStrategyTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_callback_finds_the_endpoint_and_the_endpoint_counts_the_call()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 3);
        var pipeline = Pipeline(fleet);
        var targets = new List<Endpoint>();
        for (var call = 0; call < 3; call++)
        {
            targets.Add(await pipeline.ExecuteAsync(
                static (call, _) =>
                {
                    var target = (Endpoint)call.Target!;
                    return ValueTask.FromResult(target.InFlight == 1 ? target : throw new InvalidOperationException("not counted"));
                },
                0,
                cancellationToken: Token));
        }

        Assert.Equal(3, targets.Distinct().Count());
        Assert.All(targets, target => Assert.Equal(0, target.InFlight));
        Assert.Equal("inventory: endpoint of inventory by round-robin -> call", pipeline.ToString());
    }

    [Fact]
    public async Task Another_attempt_goes_to_another_endpoint()
    {
        var fleet = new Fleet(LoadBalancing.Random, 2);
        var pipeline = new ResiliencePipelineBuilder<Endpoint>(Scope(fleet)).Add(new Times(2)).AddEndpoint(fleet.Endpoints).Build();
        for (var call = 0; call < 50; call++)
        {
            var first = default(Endpoint);
            var second = await pipeline.ExecuteAsync(
                (call, _) =>
                {
                    first ??= (Endpoint)call.Target!;
                    return ValueTask.FromResult((Endpoint)call.Target!);
                },
                0,
                cancellationToken: Token);
            Assert.NotSame(first, second);
        }
    }

    [Fact]
    public async Task All_endpoints_are_tried_before_one_is_tried_again()
    {
        foreach (var policy in LoadBalancing.All)
        {
            var fleet = new Fleet(policy, 5);
            var pipeline = new ResiliencePipelineBuilder<Endpoint>(Scope(fleet)).Add(new Times(6)).AddEndpoint(fleet.Endpoints).Build();
            for (var call = 0; call < 20; call++)
            {
                var tried = new List<Endpoint>();
                await pipeline.ExecuteAsync(
                    (call, _) =>
                    {
                        tried.Add((Endpoint)call.Target!);
                        return ValueTask.FromResult(tried[^1]);
                    },
                    0,
                    new CallOptions { Key = $"key {call}" },
                    cancellationToken: Token);
                Assert.Equal(5, tried.Take(5).Distinct().Count());
                Assert.NotSame(tried[4], tried[5]);
            }
        }
    }

    [Fact]
    public async Task Failures_and_what_they_ask_for_reach_the_endpoint_also_when_they_come_later()
    {
        var fleet = new Fleet(LoadBalancing.PeakEwma, 1);
        var pipeline = Pipeline(fleet, _ => TimeSpan.FromSeconds(42));
        var latency = fleet["i-0"].Latency!;
        var outcome = await pipeline.TryExecuteAsync<int>(
            async (_, _) =>
            {
                await Task.Yield();
                throw new IOException("reset");
            },
            0,
            cancellationToken: Token);
        Assert.IsType<IOException>(outcome.Exception);
        Assert.Equal(42, latency.At(fleet.Clock.GetTimestamp()));
        Assert.Equal(0, fleet["i-0"].InFlight);

        // How long it took is measured across the wait.
        var slow = new Fleet(LoadBalancing.PeakEwma, 1);
        await Pipeline(slow).ExecuteAsync(
            async (call, fleet) =>
            {
                await Task.Yield();
                fleet.Clock.Advance(TimeSpan.FromSeconds(3));
                return (Endpoint)call.Target!;
            },
            slow,
            cancellationToken: Token);
        Assert.Equal(3, slow["i-0"].Latency!.At(slow.Clock.GetTimestamp()));
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_called_and_the_exception_says_what_to_do()
    {
        var outcome = await Pipeline(new Fleet(LoadBalancing.Random, 0)).TryExecuteAsync<int>((_, _) => throw new InvalidOperationException("called"), 0, cancellationToken: Token);
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.Contains("Portolan:Services:inventory", Assert.IsType<NoInstanceException>(outcome.Exception).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_circuit_has_just_opened_the_call_goes_elsewhere_and_is_refused_when_all_have()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 3);
        var refusing = new Refusing();
        var pipeline = new ResiliencePipelineBuilder<Endpoint>(Scope(fleet)).AddEndpoint(fleet.Endpoints).Add(refusing).Build();
        refusing.Open.Add(fleet["i-0"]);
        for (var call = 0; call < 9; call++)
        {
            Assert.NotSame(fleet["i-0"], await pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, cancellationToken: Token));
        }

        refusing.Open.UnionWith(fleet.All);
        var outcome = await pipeline.TryExecuteAsync<int>(static (_, _) => throw new InvalidOperationException("called"), 0, cancellationToken: Token);
        Assert.Equal(RejectionKind.CircuitOpen, outcome.Rejection?.Kind);
        Assert.All(fleet.All, endpoint => Assert.Equal(0, endpoint.InFlight));
    }

    [Fact]
    public async Task The_key_of_the_call_decides_by_key()
    {
        var pipeline = Pipeline(new Fleet(LoadBalancing.Maglev, 20));
        var targets = new HashSet<Endpoint>();
        for (var call = 0; call < 50; call++)
        {
            targets.Add(await pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, new CallOptions { Key = "tenant-1" }, Token));
        }

        Assert.Single(targets);
    }

    [Fact]
    public async Task The_endpoints_follow_the_directory()
    {
        var options = new DiscoveryOptions { Services = { [Fleet.Service] = ["http://127.0.0.1:5001", "http://127.0.0.1:5002"] } };
        await using var services = new ServiceDirectory(options, TimeProvider.System, Random.Shared, NullLoggerFactory.Instance);
        var scope = new PipelineScope(Fleet.Service, TimeProvider.System, Random.Shared);
        var endpoints = new ServiceEndpoints(new SelectionOptions { Zone = "a", Caller = "orders" }, scope, services);
        var pipeline = new ResiliencePipelineBuilder<Endpoint>(scope).AddEndpoint(endpoints).Build();
        var first = await pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, cancellationToken: Token);
        var second = await pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, cancellationToken: Token);
        Assert.Equal([5001, 5002], new[] { first.Instance.Port, second.Instance.Port }.Order());
    }

    [Fact]
    public async Task A_call_allocates_nothing()
    {
        var pipeline = Pipeline(new Fleet(LoadBalancing.PowerOfTwo, 20));
        for (var warm = 0; warm < 100; warm++)
        {
            await pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, cancellationToken: Token);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 1_000; run++)
        {
            var pending = pipeline.ExecuteAsync(static (call, _) => ValueTask.FromResult((Endpoint)call.Target!), 0, cancellationToken: Token);
            Assert.True(pending.IsCompletedSuccessfully);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
    }

    private static PipelineScope Scope(Fleet fleet) => new(Fleet.Service, fleet.Clock, Random.Shared);

    private static ResiliencePipeline<Endpoint> Pipeline(Fleet fleet, Func<Outcome<Endpoint>, TimeSpan?>? retryAfter = null) =>
        new ResiliencePipelineBuilder<Endpoint>(Scope(fleet)).AddEndpoint(fleet.Endpoints, retryAfter).Build();

    private sealed class Refusing : ResilienceStrategy<Endpoint>
    {
        public HashSet<Endpoint> Open { get; } = [];

        public override StrategyKind Kind => StrategyKind.CircuitBreaker;

        public override ValueTask<Outcome<Endpoint>> ExecuteAsync(ResilienceCall<Endpoint> call) =>
            Open.Contains((Endpoint)call.Target!)
                ? new(Outcome<Endpoint>.Of(new Rejection(RejectionKind.CircuitOpen, "refusing", "open")))
                : Next.ExecuteAsync(call);
    }

    private sealed class Times(int attempts) : ResilienceStrategy<Endpoint>
    {
        public override StrategyKind Kind => StrategyKind.Retry;

        public override async ValueTask<Outcome<Endpoint>> ExecuteAsync(ResilienceCall<Endpoint> call)
        {
            for (var attempt = 1; attempt < attempts; attempt++)
            {
                await Next.ExecuteAsync(call);
            }

            return await Next.ExecuteAsync(call);
        }
    }
}
