using System.Threading.RateLimiting;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Bench.Resilience.Limits;

/// <summary>Somebody who is asked for a permit again and again; none may be refused, or something else is measured.</summary>
internal abstract class Contender
{
    public abstract void Run(int times);

    protected static void ThrowUnless(bool admitted)
    {
        if (!admitted)
        {
            throw new InvalidOperationException("A permit was refused: the limit of this case is too small.");
        }
    }
}

/// <summary>The framework's shape. The lease is given back, as its user must.</summary>
internal sealed class LeaseContender(RateLimiter limiter) : Contender
{
    public override void Run(int times)
    {
        for (var time = 0; time < times; time++)
        {
            using var lease = limiter.AttemptAcquire();
            ThrowUnless(lease.IsAcquired);
        }
    }
}

/// <summary>Ours as a call of a pipeline has it: told a timestamp, which the call has read for all its strategies.</summary>
internal sealed class LimiterContender(Limiter limiter) : Contender
{
    public override void Run(int times)
    {
        var now = TimeProvider.System.GetTimestamp();
        for (var time = 0; time < times; time++)
        {
            ThrowUnless(limiter.TryAcquire(now).Admitted);
        }
    }
}

/// <summary>Ours: a place is taken and given back.</summary>
internal sealed class BulkheadContender(Bulkhead bulkhead) : Contender
{
    public override void Run(int times)
    {
        for (var time = 0; time < times; time++)
        {
            ThrowUnless(bulkhead.TryEnter());
            bulkhead.Leave();
        }
    }
}
