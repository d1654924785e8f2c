using Portolan.Core.Problems;
using Portolan.Resilience.Http;

namespace Portolan.Resilience.FaultInjection;

/// <summary>What a caller is told of a fault.</summary>
internal static class FaultProblems
{
    /// <summary>Name of the strategy, of the middleware too.</summary>
    public const string Strategy = "fault injection";

    public static Rejection RejectionOf(FaultRule rule) =>
        new(RejectionKind.FaultInjected, Strategy, $"Fault {rule.Name} was injected on purpose.");

    public static Problem Of(FaultRule rule) => RejectionProblems.Of(RejectionOf(rule)) is var problem && rule.Status is { } status
        ? problem with { Status = status }
        : problem;
}
