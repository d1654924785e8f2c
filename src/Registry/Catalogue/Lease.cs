namespace Portolan.Registry.Catalogue;

/// <summary>
/// The time an instance has left. It is measured on the monotonic clock: setting the machine's clock expires nobody.
/// </summary>
public sealed class Lease
{
    private readonly TimeProvider clock;
    private long renewed;

    internal Lease(TimeSpan duration, TimeProvider clock)
    {
        this.clock = clock;
        Duration = duration;
        renewed = clock.GetTimestamp();
    }

    /// <summary>From a renewal to the end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>What is left; zero or less when it has run out.</summary>
    public TimeSpan Remaining => Duration - clock.GetElapsedTime(Volatile.Read(ref renewed));

    /// <summary>True when it has run out.</summary>
    public bool Expired => Remaining <= TimeSpan.Zero;

    /// <summary>When it runs out, by the wall clock of now.</summary>
    public DateTime ExpiresAt => clock.GetUtcNow().UtcDateTime + Remaining;

    internal void Renew() => Volatile.Write(ref renewed, clock.GetTimestamp());
}
