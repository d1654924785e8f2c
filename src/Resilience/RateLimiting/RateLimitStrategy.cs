using System.Runtime.CompilerServices;

namespace Portolan.Resilience.RateLimiting;

internal sealed class RateLimitStrategy<T>(
    RateLimits<CallOptions> limits, PipelineScope scope, Func<CallOptions, int>? permits, Action<ResilienceCall, LimitResult>? onResult)
    : ResilienceStrategy<T>
{
    private const string Name = "rate-limit";

    // Timestamps of one clock say nothing to another.
    private readonly RateLimits<CallOptions> limits = limits.Clock == scope.Clock
        ? limits
        : throw new ArgumentException($"The limits have another clock than the pipeline '{scope.Name}'; give both the same.", nameof(limits));

    // The usual case, one limit for all calls alike, needs to know no more than whether there is a permit.
    private readonly Limiter? only = permits is null && onResult is null ? limits.Only : null;

    public override StrategyKind Kind => StrategyKind.RateLimit;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        if (only is not null && only.TryAcquire(call.Timestamp).Admitted)
        {
            return Next.ExecuteAsync(call);
        }

        return DecideAsync(call);
    }

    public override string ToString() => $"rate limit ({limits})";

    private ValueTask<Outcome<T>> DecideAsync(ResilienceCall<T> call)
    {
        try
        {
            var cost = permits is null ? 1 : Math.Max(0, permits(call.Options));
            var result = limits.TryAcquire(call.Options, call.Timestamp, cost, out var policy);
            if (!result.Admitted && limits.IsShared)
            {
                return WaitAsync(call, cost);
            }

            onResult?.Invoke(call, result);
            if (!result.Admitted)
            {
                return new(Reject(call, result, policy));
            }
        }
        catch (Exception exception)
        {
            // The caller's own price list or listener: no failure of the one that was to be called.
            return new(Outcome<T>.Of(exception, Verdict.Neutral));
        }

        return Next.ExecuteAsync(call);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> WaitAsync(ResilienceCall<T> call, int cost)
    {
        try
        {
            var (result, policy) = await limits.WaitForLeaseAsync(call.Options, cost, call.CancellationToken);
            call.TimePassed();
            onResult?.Invoke(call, result);
            return result.Admitted ? await Next.ExecuteAsync(call) : Reject(call, result, policy);
        }
        catch (Exception exception)
        {
            return Outcome<T>.Of(exception, Verdict.Neutral);
        }
    }

    private static Outcome<T> Reject(ResilienceCall<T> call, in LimitResult result, in RateLimitPolicy policy)
    {
        // More than the limit at once is never admitted, and no wait helps.
        TimeSpan? wait = result.RetryAfter == TimeSpan.MaxValue ? null : result.RetryAfter;
        call.Scope.Report(Name, "rate-limited", call.Attempt, wait ?? default, policy.Name);
        var reason = wait is null
            ? $"'{policy.Name}' never admits so many permits at once as this call costs; its limit is {result.Limit}."
            : $"'{policy.Name}' is used up: {policy.Quota} in {policy.Window}.";
        return Outcome<T>.Of(new Rejection(RejectionKind.RateLimited, policy.Name, reason) { Wait = wait });
    }
}
