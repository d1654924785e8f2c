using Portolan.Core.Problems;

namespace Portolan.Composition;

/// <summary>Why a part is not there, where it does not say so itself.</summary>
internal static class PartProblems
{
    public static Problem TimedOut(string part) =>
        new("part-timeout", "Part timed out", 504, $"The part '{part}' did not come in time.");

    public static Problem Unmet(string part) =>
        new("part-failed", "Part failed", 502, $"The part '{part}' needs another part that could not be had.");

    public static Problem Broken(string part) =>
        new("part-failed", "Part failed", 502, $"The part '{part}' could not be made.");
}
