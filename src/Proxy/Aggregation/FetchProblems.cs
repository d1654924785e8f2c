using Portolan.Core.Problems;

namespace Portolan.Proxy.Aggregation;

/// <summary>Why a part could not be fetched; each names the part.</summary>
internal static class FetchProblems
{
    public static Problem NotFound(string part) => KnownProblems.NotFound($"The part '{part}' was not found.");

    public static Problem Status(string part, string service, int status) =>
        Failed(part, $"the service '{service}' answered {status}");

    public static Problem NoJson(string part, string service) =>
        Failed(part, $"the answer of the service '{service}' is not JSON");

    public static Problem TooLarge(string part, string service) =>
        Failed(part, $"the answer of the service '{service}' is too large: 4 MiB are the most, and 16 MiB of all parts together");

    public static Problem NoValue(string part, string path) => Failed(part, $"a value for its path {path} is missing or cannot stand in a path");

    public static Problem NoArray(string part, string source) => Failed(part, $"'{source}' is not an array");

    public static Problem Failed(string part, string reason) =>
        new("part-failed", "Part failed", 502, $"The part '{part}' could not be had: {reason}.");

    public static Problem TimedOut(string part) =>
        new("part-timeout", "Part timed out", 504, $"The part '{part}' did not come in time.");
}
