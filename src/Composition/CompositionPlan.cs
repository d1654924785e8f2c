namespace Portolan.Composition;

/// <summary>Named parts and what they need of each other, checked and ready to run as parallel as that allows.</summary>
public sealed class CompositionPlan
{
    private CompositionPlan(IReadOnlyList<Part> parts) => Parts = parts;

    /// <summary>The parts in the order they were given, which is the order of the result.</summary>
    public IReadOnlyList<Part> Parts { get; }

    /// <summary>Makes a plan.</summary>
    /// <exception cref="CompositionException">Everything that is wrong with the parts.</exception>
    public static CompositionPlan Create(IReadOnlyList<Part> parts)
    {
        var errors = Check([.. parts.Select(part => (part.Name, part.DependsOn))]);
        return errors.Count == 0 ? new CompositionPlan(parts) : throw new CompositionException(errors);
    }

    /// <summary>All that is wrong with names and dependencies; empty when a plan can be made of them.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<(string Name, IReadOnlyList<string> DependsOn)> parts) =>
        DependencyCheck.Run(parts);

    /// <summary>
    /// Runs the parts until all are there, a required one failed, or <paramref name="timeout"/> is over; an optional part
    /// that is not there by then is given up.
    /// </summary>
    public Task<CompositionResult> RunAsync(
        object? input, TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken = default) =>
        new CompositionRun(Parts, input, clock).RunAsync(timeout, cancellationToken);
}
