namespace Portolan.Core.Problems;

/// <summary>Carries a <see cref="Problem"/> out of code that cannot return one; the edge writes it as the response.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Detail ?? problem.Title)
{
    /// <summary>What the caller is told.</summary>
    public Problem Problem { get; } = problem;
}
