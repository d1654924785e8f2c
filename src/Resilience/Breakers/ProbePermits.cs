namespace Portolan.Resilience.Breakers;

/// <summary>
/// The permits of one half-open phase, and the successes of those who had one. Each stands under a ticket, so that a probe
/// that comes back after its permit was given to another frees nothing. Used under the breaker's lock, but for <see cref="Refuses"/>.
/// </summary>
/// <param name="count">Probes at once.</param>
/// <param name="patience">Timestamps until a probe that has not come back loses its permit.</param>
internal sealed class ProbePermits(int count, long patience)
{
    private readonly int[] tickets = new int[count];
    private readonly long[] starts = new long[count];
    private int lastTicket;
    private long refusesUntil = long.MinValue;

    /// <summary>Probes that succeeded.</summary>
    public int Successes { get; set; }

    /// <summary>True when there is certainly no permit; without the lock, as most calls come to hear just that.</summary>
    public bool Refuses(long now) => now < Volatile.Read(ref refusesUntil);

    /// <summary>A ticket, or 0 when there is none. Of those that are lost the oldest goes first.</summary>
    public int Take(long now)
    {
        var place = Array.IndexOf(tickets, tickets.Min());
        if (tickets[place] != 0 && now < LostAt(starts[place]))
        {
            return 0;
        }

        tickets[place] = ++lastTicket;
        starts[place] = now;
        Update();
        return lastTicket;
    }

    /// <summary>Gives a permit back; false when it was lost meanwhile.</summary>
    public bool Release(int ticket)
    {
        var place = Array.IndexOf(tickets, ticket);
        if (place < 0)
        {
            return false;
        }

        tickets[place] = 0;
        Update();
        return true;
    }

    private long LostAt(long start) => start > long.MaxValue - patience ? long.MaxValue : start + patience;

    private void Update() =>
        Volatile.Write(ref refusesUntil, tickets.Min() is var oldest and > 0 ? LostAt(starts[Array.IndexOf(tickets, oldest)]) : long.MinValue);
}
