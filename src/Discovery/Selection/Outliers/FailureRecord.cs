using Portolan.Resilience;

namespace Portolan.Discovery.Selection.Outliers;

/// <summary>How the calls of one endpoint ended: in a row, in this interval, and since when it is out for it.</summary>
internal sealed class FailureRecord
{
    private const long OneCall = 1L << 32;

    private int inARow;

    // Calls in the upper half and successes in the lower one, so that one addition counts both.
    private long interval;
    private volatile bool ejected;

    public bool Ejected => ejected;

    /// <summary>Timestamp of the ejection, and how long it lasts.</summary>
    public (long At, long Lasts) Out { get; private set; }

    /// <summary>How often it was ejected, less the intervals in which it behaved since.</summary>
    public int Times { get; private set; }

    /// <summary>Counts an outcome; gives how many failures in a row there are now.</summary>
    public int Count(Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Success:
                Interlocked.Add(ref interval, OneCall + 1);

                // Read first: a line that nobody writes stays in every processor's cache.
                if (Volatile.Read(ref inARow) != 0)
                {
                    Volatile.Write(ref inARow, 0);
                }

                return 0;
            case Verdict.Failure or Verdict.Unreached:
                Interlocked.Add(ref interval, OneCall);
                return Interlocked.Increment(ref inARow);
            case Verdict.Throttled:
                Interlocked.Add(ref interval, OneCall);
                return 0;
            default:
                return 0;
        }
    }

    /// <summary>What was counted since the last time.</summary>
    public (int Calls, int Successes) TakeInterval()
    {
        var counted = Interlocked.Exchange(ref interval, 0);
        return ((int)(counted >> 32), (int)(uint)counted);
    }

    public void Eject(long now, long lasts)
    {
        Times++;
        Out = (now, lasts);
        Volatile.Write(ref inARow, 0);
        ejected = true;
    }

    public void Return()
    {
        // What ended while it was out was sent before, and says nothing of how it is now.
        Volatile.Write(ref inARow, 0);
        Interlocked.Exchange(ref interval, 0);
        ejected = false;
    }

    public void Forgive(long times) => Times = (int)Math.Max(0, Times - times);
}
