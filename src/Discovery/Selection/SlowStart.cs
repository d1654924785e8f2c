using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>
/// What share of its calls an endpoint takes that has only just become available. One rule for every policy: when it is
/// chosen it takes the call with this chance, and otherwise the policy chooses again. So it holds for those without weights too.
/// </summary>
internal sealed class SlowStart(SelectionOptions options, PipelineScope scope)
{
    private readonly double exponent = 1 / options.SlowStartAggression;

    /// <summary>Timestamps; 0: off.</summary>
    public long Window { get; } = scope.Timestamps(options.SlowStart);

    /// <summary>From the least share to 1.</summary>
    public double Share(long age)
    {
        // A clock that went backwards must not hold an endpoint down until it has caught up.
        if (age < 0 || age >= Window)
        {
            return 1;
        }

        return Math.Max(options.SlowStartMinimum, Math.Pow((double)age / Window, exponent));
    }
}
