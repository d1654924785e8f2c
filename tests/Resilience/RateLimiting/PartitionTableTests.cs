using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.RateLimiting.Algorithms;

namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>What threads do to each other once in a million, one step after the other.</summary>
public sealed class PartitionTableTests
{
    [Fact]
    public void A_key_that_is_pushed_out_in_the_moment_of_its_first_call_is_charged_all_the_same()
    {
        var interruption = new Interruption();
        var table = new PartitionTable<Interrupted, long>(new Interrupted(interruption), new RateLimitOptions { MaximumKeys = 1 });
        interruption.Next = () => table.TryAcquire("other", 0, 1);

        Assert.True(table.TryAcquire("key", 0, 1).Admitted);
        Assert.False(table.TryAcquire("key", 0, 1).Admitted);
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void A_key_that_is_used_while_it_is_looked_at_stays_when_another_can_go()
    {
        var interruption = new Interruption();
        var table = new PartitionTable<Interrupted, long>(new Interrupted(interruption), new RateLimitOptions { MaximumKeys = 2 });
        table.TryAcquire("key", 0, 1);
        table.TryAcquire("idle", 0, 1);
        table.Refund("key", 0, 0, 1);
        table.Refund("idle", 0, 0, 1);

        // Found idle, and taken from before it is marked.
        interruption.Whole = () => table.TryAcquire("key", 0, 1);
        table.TryAcquire("new", 0, 1);

        Assert.False(table.TryAcquire("key", 0, 1).Admitted);
        Assert.False(table.TryAcquire("new", 0, 1).Admitted);
    }

    private sealed class Interruption
    {
        public Action? Next { get; set; }

        public Action? Whole { get; set; }

        public void Come()
        {
            var next = Next;
            Next = null;
            next?.Invoke();
        }

        public void Look()
        {
            var look = Whole;
            Whole = null;
            look?.Invoke();
        }
    }

    // One permit for ever, and something else happens just before it is taken or just after it was looked for.
    private readonly struct Interrupted(Interruption interruption) : ILimitAlgorithm<long>
    {
        public int Limit => 1;

        public LimitResult TryAcquire(ref long state, long now, int permits)
        {
            interruption.Come();
            var admitted = state == 0;
            state = 1;
            return new LimitResult(admitted, 1, 0, default, default);
        }

        public void Refund(ref long state, long takenAt, long now, int permits) => state = 0;

        public long WholeAt(ref long state, long now)
        {
            var seen = state;
            interruption.Look();
            return seen == 0 ? now : long.MaxValue;
        }
    }
}
