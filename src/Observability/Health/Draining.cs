namespace Portolan.Observability.Health;

/// <summary>Says that the process is about to stop: readiness turns off while what is running is finished.</summary>
public sealed class Draining
{
    private volatile bool begun;

    /// <summary>True from the first <see cref="Begin"/> on.</summary>
    public bool HasBegun => begun;

    /// <summary>Turns readiness off for good.</summary>
    public void Begin() => begun = true;
}
