namespace Portolan.Discovery.Selection.Policies;

/// <summary>Calls in flight at all endpoints of a service together; kept only where a policy needs it.</summary>
internal sealed class TotalLoad
{
    private int inFlight;

    public int InFlight => Volatile.Read(ref inFlight);

    public void Begin() => Interlocked.Increment(ref inFlight);

    public void End() => Interlocked.Decrement(ref inFlight);
}
