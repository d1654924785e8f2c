namespace Portolan.Resilience.RateLimiting.Leasing;

/// <summary>Permits for limiters of one process, such as several pipelines, or replicas in a test.</summary>
public sealed class InMemoryPermitSource(TimeProvider? clock = null) : PermitSource
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Ends, int Given)> windows = [];

    /// <inheritdoc />
    public override ValueTask<PermitGrant> LeaseAsync(PermitRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            // On a grid of the clock's own, so that all limits of a period turn together and an idle one needs no timer.
            var now = clock.GetUtcNow().Ticks;
            var ends = now - (now % request.Period.Ticks) + Math.Min(request.Period.Ticks, DateTime.MaxValue.Ticks);
            var window = windows.GetValueOrDefault(request.Limit);

            // A clock that was set back by less than a window goes on in the one it comes from, and gives nothing twice.
            window = window.Ends - ends is >= 0 and var ahead && ahead <= request.Period.Ticks ? window : (ends, 0);
            var given = Math.Clamp(request.Total - window.Given, 0, request.Wanted);
            windows[request.Limit] = window with { Given = window.Given + given };
            return new(new PermitGrant(given, new TimeSpan(window.Ends - now)));
        }
    }
}
