namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// How much an endpoint may carry before its keys go to the next: so many times the average for its weight, this call
/// included. There is always one with room, for the average of all bounds is not below the average load.
/// </summary>
internal sealed class LoadBound(double factor, Endpoint[] endpoints, TotalLoad load)
{
    private readonly long shares = endpoints.Sum(endpoint => (long)endpoint.Share);

    // Multiplied out, so that whole numbers stay whole and the bound is met to the call.
    public bool HasRoom(Endpoint endpoint) =>
        factor == 0 || (double)endpoint.InFlight * shares < factor * ((Math.Max(load.InFlight, 0) + 1.0) * endpoint.Share);
}
