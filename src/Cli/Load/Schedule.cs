namespace Portolan.Cli.Load;

/// <summary>
/// Which request is due when. The moments follow from the rate alone, never from answers: so a server that stalls is charged
/// for every request that it kept waiting. Nothing is kept for a request, so a backlog costs no memory.
/// </summary>
/// <param name="rate">Requests a second; null: whoever asks gets a turn.</param>
internal sealed class Schedule(double? rate, TimeSpan length)
{
    private readonly double ticksApart = TimeSpan.TicksPerSecond / rate ?? 0;
    private long end = length.Ticks;
    private long next;

    /// <summary>When turns end: as planned, or when it was stopped.</summary>
    public long End => Volatile.Read(ref end);

    /// <summary>When the next turn is due.</summary>
    public long NextDue => DueOf(Volatile.Read(ref next));

    /// <summary>Takes the next turn where it is due; all times are ticks since the run began.</summary>
    public bool TryTake(long now, out long due)
    {
        while (true)
        {
            var number = Volatile.Read(ref next);
            due = rate is null ? now : DueOf(number);
            if (due > now || now >= End)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref next, number + 1, number) == number)
            {
                return true;
            }
        }
    }

    /// <summary>Ends it before its time.</summary>
    public void Stop(long now) => Interlocked.Exchange(ref end, Math.Min(now, End));

    /// <summary>The moments that have passed without anybody to take them.</summary>
    public IEnumerable<long> Missed()
    {
        for (var number = next; rate is not null && DueOf(number) < End; number++)
        {
            yield return DueOf(number);
        }
    }

    private long DueOf(long number) => (long)(number * ticksApart);
}
