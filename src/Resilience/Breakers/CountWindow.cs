namespace Portolan.Resilience.Breakers;

/// <summary>The last so many calls, whenever they were: a call takes the place of the oldest.</summary>
internal sealed class CountWindow(int size) : RateWindow
{
    private readonly int[] places = new int[size];
    private long position;
    private long badOnes;
    private long sealedAt;

    // Sealed, the position is negative.
    public override long Total => Volatile.Read(ref position) is var at && at >= 0 ? at : sealedAt;

    public override bool Record(long now, bool bad)
    {
        var ticket = Interlocked.Increment(ref position);
        if (ticket < 0)
        {
            return false;
        }

        var value = bad ? 1 : 0;
        var replaced = Interlocked.Exchange(ref places[(ticket - 1) % places.Length], value);
        if (replaced != value)
        {
            Interlocked.Add(ref badOnes, value - replaced);
        }

        return true;
    }

    public override (long Calls, long Bad) Read(long now) => (Math.Min(Total, places.Length), Volatile.Read(ref badOnes));

    // Far below zero, so that those who come late do not count it up to a place.
    public override void Seal()
    {
        var at = Volatile.Read(ref position);
        while (at >= 0)
        {
            sealedAt = at;
            at = Interlocked.CompareExchange(ref position, long.MinValue, at) == at ? -1 : Volatile.Read(ref position);
        }
    }
}
