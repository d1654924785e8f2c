using Portolan.Core.Problems;

namespace Portolan.Resilience.Http;

/// <summary>What a caller is told when a strategy of the service ended its call.</summary>
public static class RejectionProblems
{
    /// <summary>The rejection as problem details, with <c>Retry-After</c> where the wait is known.</summary>
    public static Problem Of(Rejection rejection) =>
        new(NameOf(rejection.Kind), TitleOf(rejection.Kind), StatusOf(rejection.Kind), rejection.Reason) { RetryAfter = rejection.RetryAfter };

    /// <summary>429 for a used up rate, 504 for time, 500 for an injected fault, else 503.</summary>
    public static int StatusOf(RejectionKind kind) => kind switch
    {
        RejectionKind.RateLimited => 429,
        RejectionKind.TimedOut or RejectionKind.DeadlineSpent => 504,
        RejectionKind.FaultInjected => 500,
        _ => 503,
    };

    private static string NameOf(RejectionKind kind) => kind switch
    {
        RejectionKind.CircuitOpen => "circuit-open",
        RejectionKind.RateLimited => "rate-limit",
        RejectionKind.BulkheadFull => "bulkhead-full",
        RejectionKind.LoadShed => "overloaded",
        RejectionKind.TimedOut => "timeout",
        RejectionKind.DeadlineSpent => "deadline-exceeded",
        _ => "fault-injected",
    };

    private static string TitleOf(RejectionKind kind) => kind switch
    {
        RejectionKind.CircuitOpen => "Circuit open",
        RejectionKind.RateLimited => "Rate limit exceeded",
        RejectionKind.BulkheadFull => "Bulkhead full",
        RejectionKind.LoadShed => "Overloaded",
        RejectionKind.TimedOut => "Timed out",
        RejectionKind.DeadlineSpent => "Deadline exceeded",
        _ => "Fault injected",
    };
}
