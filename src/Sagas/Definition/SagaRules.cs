namespace Portolan.Sagas.Definition;

/// <summary>What a definition must satisfy before the service starts.</summary>
internal static class SagaRules
{
    public static IEnumerable<string> Check(string name, IReadOnlyList<SagaStep> steps)
    {
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
        {
            yield return $"Saga \"{name}\": a name has lower-case letters, digits and hyphens only; it is part of /v1/sagas/{{name}}.";
        }

        if (steps.Count == 0)
        {
            yield return $"Saga {name} has no steps; add them in Define.";
        }

        foreach (var duplicate in steps.GroupBy(step => step.Name).Where(group => group.Count() > 1))
        {
            yield return $"Saga {name} has {duplicate.Count()} steps named {duplicate.Key}; names must differ.";
        }

        foreach (var error in CheckSteps(name, steps))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> CheckSteps(string saga, IReadOnlyList<SagaStep> steps)
    {
        var pivots = 0;
        foreach (var step in steps)
        {
            if (step.Forward is null)
            {
                yield return $"Saga {saga}: step {step.Name} does nothing; add .Do(…).";
            }

            if (step is { Kind: StepKind.Compensable, Compensation: null })
            {
                yield return $"Saga {saga}: step {step.Name} stands before the pivot and cannot be undone; add .Compensate(…), or make it the Pivot.";
            }

            if (step.Kind == StepKind.Compensable && pivots > 0)
            {
                yield return $"Saga {saga}: step {step.Name} comes after the pivot, where nothing is undone; make it Retriable.";
            }

            if (step.Kind == StepKind.Retriable && pivots == 0)
            {
                yield return $"Saga {saga}: retriable step {step.Name} comes before any pivot; move it behind the Pivot, or make it a Step with .Compensate(…).";
            }

            pivots += step.Kind == StepKind.Pivot ? 1 : 0;
        }

        if (pivots > 1)
        {
            yield return $"Saga {saga} has {pivots} pivots; there is one point of no return.";
        }
    }
}
