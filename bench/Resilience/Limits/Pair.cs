namespace Portolan.Bench.Resilience.Limits;

/// <summary>
/// Runs a contender on this thread and on one of its own at once. They wait for each other spinning at both ends: waking a
/// thread takes longer than what is measured.
/// </summary>
internal sealed class Pair : IDisposable
{
    private readonly Contender contender;
    private int times;
    private int round;
    private int done;
    private volatile bool disposed;

    public Pair(Contender contender)
    {
        this.contender = contender;
        new Thread(Follow) { IsBackground = true }.Start();
    }

    public void Run(int count)
    {
        times = count;
        var current = Interlocked.Increment(ref round);
        contender.Run(count);
        SpinUntil(ref done, current);
    }

    public void Dispose() => disposed = true;

    private void Follow()
    {
        Processor.Keep(1);
        for (var next = 1; SpinUntil(ref round, next); next++)
        {
            contender.Run(times);
            Volatile.Write(ref done, next);
        }
    }

    private bool SpinUntil(ref int place, int value)
    {
        for (var spin = default(SpinWait); Volatile.Read(ref place) != value; spin.SpinOnce())
        {
            if (disposed)
            {
                return false;
            }
        }

        return true;
    }
}
