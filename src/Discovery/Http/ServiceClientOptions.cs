using Portolan.Discovery.Selection;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.Hedging;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Discovery.Http;

/// <summary>How one service is called by its name. Each part has the catalogue's defaults.</summary>
public sealed record ServiceClientOptions
{
    /// <summary>Of a call with all its attempts, until the head of the answer and a small body are there. Default 60 s.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeoutExtensions.DefaultTotal;

    /// <summary>Of one attempt. Default 30 s.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeoutExtensions.DefaultAttempt;

    /// <summary>Repetitions; only of requests that may be repeated. Where nobody was reached, another instance is tried at once.</summary>
    public RetryOptions Retry { get; init; } = new() { FailoverAtOnce = true };

    /// <summary>How many calls may wait for the service at once, all its instances together. Null (default): any number.</summary>
    public BulkheadOptions? Bulkhead { get; init; }

    /// <summary>
    /// A second call to another instance when the first takes long; only of requests that may be repeated, and within the
    /// budget of repetitions. Null (default): none.
    /// </summary>
    public HedgingOptions? Hedging { get; init; }

    /// <summary>How much repeating may add to the calls of ten seconds: this share, and ten a second. Default 0.2.</summary>
    public double RetryBudget { get; init; } = 0.2;

    /// <summary>Of each instance: one that fails is left alone while the others go on.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; init; } = new();

    /// <summary>Which instance an attempt goes to.</summary>
    public SelectionOptions Selection { get; init; } = new();

    /// <summary>Everything that is wrong, each with the fix.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. TotalTimeout > TimeSpan.Zero ? (string[])[] : [$"TotalTimeout is {TotalTimeout}; give more than zero."],
        .. AttemptTimeout > TimeSpan.Zero ? (string[])[] : [$"AttemptTimeout is {AttemptTimeout}; give more than zero."],
        .. RetryBudget is >= 0 and <= 10 ? (string[])[] : [$"RetryBudget is {RetryBudget}; give 0 to 10."],
        .. Retry.Validate().Select(error => $"Retry: {error}"),
        .. (Bulkhead?.Validate() ?? []).Select(error => $"Bulkhead: {error}"),
        .. (Hedging?.Validate() ?? []).Select(error => $"Hedging: {error}"),
        .. CircuitBreaker.Validate().Select(error => $"CircuitBreaker: {error}"),
        .. Selection.Validate().Select(error => $"Selection: {error}"),
    ];
}
