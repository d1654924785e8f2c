using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Bench.Resilience.Limits;

/// <summary>
/// Two threads ask the same limiter at the same time, as fast as they can; an operation is one permit, whoever got it. Limits
/// are so wide that none is refused. The framework's replenish by timer, their default, and so read no clock. Ours have no
/// timer: they are told the time by a call that knows it, and as a <see cref="RateLimiter"/> they read the clock each time.
/// </summary>
public class TwoThreads : IDisposable
{
    // So long that who waits for the other has to sleep at times, as under load.
    private const int Times = 50_000;
    private const string AsRateLimiter = " as RateLimiter";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private Pair ours = null!;
    private Pair theirs = null!;

    public static IEnumerable<string> Cases =>
    [
        "fixed window, 2 threads",
        "fixed window as RateLimiter, 2 threads",
        "sliding window, 2 threads",
        "sliding window as RateLimiter, 2 threads",
        "token bucket, 2 threads",
        "token bucket as RateLimiter, 2 threads",
        "concurrency, 2 threads",
    ];

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        Processor.Keep(0);
        ours = new Pair(Our(Case.Split(',')[0].Replace(AsRateLimiter, "", StringComparison.Ordinal)));
        theirs = new Pair(new LeaseContender(Their(Case)));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        Processor.Release();
        ours.Dispose();
        theirs.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = 2 * Times)]
    public void Ours() => ours.Run(Times);

    [Benchmark(Baseline = true, OperationsPerInvoke = 2 * Times)]
    public void Peer() => theirs.Run(Times);

    private Contender Our(string kind)
    {
        if (kind == "concurrency")
        {
            return new BulkheadContender(new Bulkhead("bench"));
        }

        // The counter's two counts hold a million each; so its period is short, and turns over more often than theirs.
        var limiter = Limiter.Create(kind switch
        {
            "fixed window" => new RateLimitOptions { Algorithm = LimitAlgorithm.FixedWindow, Permits = int.MaxValue },
            "sliding window" => new RateLimitOptions
            {
                Algorithm = LimitAlgorithm.SlidingCounter, Permits = RateLimitOptions.MaximumCounterPermits, Period = TimeSpan.FromMilliseconds(5),
            },
            _ => new RateLimitOptions { Permits = 1_000_000_000, Burst = 1_000_000_000 },
        });
        return Case.Contains(AsRateLimiter, StringComparison.Ordinal) ? new LeaseContender(limiter) : new LimiterContender(limiter);
    }

    private static RateLimiter Their(string name) => name.Split(' ')[0] switch
    {
        "fixed" => new FixedWindowRateLimiter(new() { PermitLimit = int.MaxValue, Window = Second }),
        "sliding" => new SlidingWindowRateLimiter(new() { PermitLimit = int.MaxValue, Window = Second, SegmentsPerWindow = 10 }),
        "token" => new TokenBucketRateLimiter(new() { TokenLimit = 1_000_000_000, TokensPerPeriod = 1_000_000_000, ReplenishmentPeriod = Second }),
        _ => new ConcurrencyLimiter(new() { PermitLimit = 10, QueueLimit = 100 }),
    };
}
