using System.Runtime.CompilerServices;
using Portolan.Resilience;
using Portolan.Resilience.Execution;

namespace Portolan.Discovery.Selection;

/// <summary>Chooses where an attempt goes, another endpoint than the attempt before, and tells the endpoint how it went.</summary>
internal sealed class EndpointStrategy<T> : ResilienceStrategy<T>
{
    private const int MostDetours = 3;

    private readonly ServiceEndpoints endpoints;
    private readonly Func<Outcome<T>, TimeSpan?>? retryAfter;
    private readonly Continuation<T, (ResilienceCall<T> Call, Endpoint Endpoint, long Started)> later;

    public EndpointStrategy(ServiceEndpoints endpoints, Func<Outcome<T>, TimeSpan?>? retryAfter)
    {
        this.endpoints = endpoints;
        this.retryAfter = retryAfter;
        later = new((begun, outcome) => new(End(begun.Call, begun.Endpoint, begun.Started, outcome)));
    }

    public override StrategyKind Kind => StrategyKind.Endpoint;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        // It may throw like what it waits for, and the chain must not.
        ValueTask refreshing;
        try
        {
            refreshing = endpoints.RefreshAsync(call.CancellationToken);
        }
        catch (Exception exception)
        {
            return new(Unknown(call, exception));
        }

        return refreshing.IsCompletedSuccessfully ? SendAsync(call) : RefreshAndSendAsync(call, refreshing);
    }

    public override string ToString() => $"endpoint of {endpoints.Service} by {endpoints.Policy}";

    private ValueTask<Outcome<T>> SendAsync(ResilienceCall<T> call)
    {
        var started = call.Timestamp;
        var endpoint = call.Options.Prefer is { } preferred && call.Target is null ? endpoints.Current.Find(preferred) : null;
        endpoint ??= endpoints.Pick(new PickContext(started, call.Options.Key, call.Target as Endpoint, call.EarlierTargets));
        if (endpoint is null)
        {
            // Neutral, because there is nobody to try again or to hold it against: the caller hears of it at once.
            return new(Outcome<T>.Of(NoInstanceException.Of(endpoints.Service, endpoints.Current.Snapshot), Verdict.Neutral));
        }

        call.Target = endpoint;
        call.HasOtherTargets = endpoints.Current.Eligible.Count > call.Attempt;
        endpoint.Begin();
        var pending = Next.ExecuteAsync(call);
        if (!pending.IsCompletedSuccessfully)
        {
            return later.After(pending, (call, endpoint, started));
        }

        var outcome = End(call, endpoint, started, pending.Result);
        return MayGoElsewhere(outcome) ? ElsewhereAsync(call, outcome) : new(outcome);
    }

    // Its circuit opened, or its last probe was taken, between the choice and the call.
    private bool MayGoElsewhere(in Outcome<T> outcome) => outcome.Rejection is { Kind: RejectionKind.CircuitOpen } && endpoints.Current.All.Count > 1;

    private async ValueTask<Outcome<T>> ElsewhereAsync(ResilienceCall<T> call, Outcome<T> refused)
    {
        for (var others = Math.Min(endpoints.Current.All.Count - 1, MostDetours); others > 0 && refused.Rejection is { Kind: RejectionKind.CircuitOpen }; others--)
        {
            var started = call.Timestamp;
            if (endpoints.Pick(new PickContext(started, call.Options.Key, call.Target as Endpoint, call.EarlierTargets)) is not { } endpoint || endpoint == call.Target)
            {
                break;
            }

            call.Target = endpoint;
            endpoint.Begin();
            refused = End(call, endpoint, started, await Next.ExecuteAsync(call));
        }

        return refused;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> RefreshAndSendAsync(ResilienceCall<T> call, ValueTask refreshing)
    {
        try
        {
            await refreshing;
        }
        catch (Exception exception)
        {
            return Unknown(call, exception);
        }

        call.TimePassed();
        return await SendAsync(call);
    }

    private Outcome<T> End(ResilienceCall<T> call, Endpoint endpoint, long started, Outcome<T> outcome)
    {
        var now = call.Timestamp;
        var wait = outcome.Verdict < Verdict.Throttled ? null : outcome.Rejection is { } rejection ? rejection.RetryAfter : retryAfter?.Invoke(outcome);
        endpoint.End(outcome.Verdict, call.Scope.Clock.GetElapsedTime(started, now), now, wait);
        return outcome;
    }

    private static Outcome<T> Unknown(ResilienceCall<T> call, Exception exception) =>
        Outcome<T>.Of(exception, call.CancellationToken.IsCancellationRequested ? Verdict.Neutral : Verdict.Unreached);
}
