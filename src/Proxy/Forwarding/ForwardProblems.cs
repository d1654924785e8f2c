using Portolan.Core.Problems;

namespace Portolan.Proxy.Forwarding;

/// <summary>Why a request could not be brought to a service, or its answer back.</summary>
internal static class ForwardProblems
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public static Problem NoInstance(string service) =>
        new("no-instance", "No instance", 503, $"No instance of the service '{service}' is healthy now. Nothing was sent; try again.") { RetryAfter = Soon };

    public static Problem Unreachable(string service) =>
        new("service-unreachable", "Service unreachable", 503, $"No instance of the service '{service}' accepts connections. Nothing was sent; try again.")
        {
            RetryAfter = Soon,
        };

    public static Problem Broken(string service) =>
        new("bad-gateway", "Bad gateway", 502, $"The service '{service}' broke off before it answered. What was asked may have happened.");

    public static Problem TimedOut(string service) =>
        new("gateway-timeout", "Gateway timeout", 504, $"The service '{service}' did not answer in time. What was asked may have happened.");
}
