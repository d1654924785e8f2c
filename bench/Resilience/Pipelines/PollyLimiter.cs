using System.Threading.RateLimiting;
using Polly;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>
/// One of the framework's limiters as a strategy of Polly's. Polly has one in a package of its own, which does not restore
/// everywhere; this is built as that one is: an async method, for any result, that holds the lease while the callback runs,
/// around a delegate that finds the limiter.
/// </summary>
internal sealed class PollyLimiter(Func<ResilienceContext, ValueTask<RateLimitLease>> acquire) : ResilienceStrategy
{
    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        using var lease = await acquire(context).ConfigureAwait(context.ContinueOnCapturedContext);
        return lease.IsAcquired
            ? await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext)
            : Outcome.FromException<TResult>(new InvalidOperationException("The limit is used up."));
    }

    internal sealed class Options : ResilienceStrategyOptions;
}
