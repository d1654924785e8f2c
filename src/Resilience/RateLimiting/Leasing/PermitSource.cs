namespace Portolan.Resilience.RateLimiting.Leasing;

/// <summary>A replica's wish for permits of a limit that it shares with others.</summary>
/// <param name="Limit">Name of the limit; the same for all replicas.</param>
/// <param name="Total">How many permits all replicas together have in a period.</param>
/// <param name="Period">Length of the windows; they follow each other without a gap.</param>
/// <param name="Wanted">How many the replica would like to have now, at least 1.</param>
public readonly record struct PermitRequest(string Limit, int Total, TimeSpan Period, int Wanted);

/// <summary>What a source gave.</summary>
/// <param name="Permits">Up to as many as were wanted; fewer, or none, when the window has no more.</param>
/// <param name="EndsAfter">When the next window begins.</param>
public readonly record struct PermitGrant(int Permits, TimeSpan EndsAfter);

/// <summary>
/// Where the replicas of a service get the permits of a common limit. It gives out no more than the total in each window,
/// counted in one step: reading first and writing later would give the same permit twice. It may throw, or not answer.
/// </summary>
public abstract class PermitSource
{
    /// <summary>Gives permits out. It is called on the path of a request, and so must not block before it awaits.</summary>
    public abstract ValueTask<PermitGrant> LeaseAsync(PermitRequest request, CancellationToken cancellationToken);
}
