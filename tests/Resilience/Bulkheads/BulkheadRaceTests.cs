using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Bulkheads;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Bulkheads;

public sealed class BulkheadRaceTests
{
    [Fact]
    public async Task Many_threads_never_exceed_the_bound_and_leave_it_empty()
    {
        using var bulkhead = new Bulkhead("stock", new() { Concurrency = 3, QueueLength = 1_000, Wait = Timeout.InfiniteTimeSpan });
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddBulkhead(bulkhead).Build();
        var gauge = new Gauge();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var run = 0; run < 2_000; run++)
            {
                // Some are cancelled while they wait, so that handing over and giving up meet.
                using var cancellation = new CancellationTokenSource();
                var pending = pipeline.TryExecuteAsync(static (_, gauge) => gauge.PassAsync(), gauge, default, cancellation.Token);
                if ((run + worker) % 5 == 0)
                {
                    await cancellation.CancelAsync();
                }

                await pending;
            }
        })));

        Assert.InRange(gauge.Highest, 1, 3);
        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Queued));
    }

    [Fact]
    public async Task Waits_that_end_while_places_come_free_lose_no_place()
    {
        var clock = new VirtualClock();
        using var bulkhead = new Bulkhead("stock", new() { Concurrency = 2, QueueLength = 5, Wait = TimeSpan.FromMilliseconds(1) }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared)).AddBulkhead(bulkhead).Build();
        var gauge = new Gauge();
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var run = 0; run < 2_000; run++)
            {
                await pipeline.TryExecuteAsync(static (_, gauge) => gauge.PassAsync(), gauge);
            }
        })).ToList();
        while (!workers.TrueForAll(worker => worker.IsCompleted))
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await Task.WhenAll(workers);
        Assert.InRange(gauge.Highest, 1, 2);
        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Queued));
    }

    [Fact]
    public async Task Keys_are_bounded_each_by_its_own_pool_even_while_pools_come_and_go()
    {
        using var pools = new BulkheadPools("tenant", new() { Concurrency = 2, QueueLength = 1_000, Wait = Timeout.InfiniteTimeSpan }, maximumKeys: 3);
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddBulkhead(pools).Build();
        var gauges = Enumerable.Range(0, 8).Select(_ => new Gauge()).ToList();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var run = 0; run < 2_000; run++)
            {
                var key = (run * (worker + 1)) % gauges.Count;
                await pipeline.TryExecuteAsync(static (_, gauge) => gauge.PassAsync(), gauges[key], new() { Key = $"tenant {key}" }, default);
            }
        })));

        Assert.All(gauges, gauge => Assert.InRange(gauge.Highest, 0, 2));
        Assert.Contains(gauges, gauge => gauge.Highest > 0);
        Assert.InRange(pools.Count, 1, 3);
    }

    [Fact]
    public void Entering_leaving_waiting_and_giving_up_in_any_order_is_what_a_plain_queue_does()
    {
        var steps = Gen.ListOf(Gen.Choose(0, 5)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Gen.Choose(0, 3).ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), steps, (places, queue, all) =>
        {
            var clock = new VirtualClock();
            using var bulkhead = new Bulkhead("stock", new() { Concurrency = places, QueueLength = queue }, clock);
            var model = new Model(places, places == 0 ? 0 : queue);
            var waiting = new List<(int Id, Task<BulkheadEntry> Entry, CancellationTokenSource Cancel)>();
            for (var id = 0; id < all.Count; id++)
            {
                if (all[id] < 3)
                {
                    var cancel = new CancellationTokenSource();
                    var entry = bulkhead.EnterAsync(cancel.Token).AsTask();
                    var expected = model.Enter(id);
                    if (entry.IsCompleted ? entry.Result != expected : expected is not null)
                    {
                        return false;
                    }

                    if (!entry.IsCompleted)
                    {
                        waiting.Add((id, entry, cancel));
                    }
                }
                else if (all[id] == 3 && model.Running > 0)
                {
                    var next = model.Leave();
                    bulkhead.Leave();
                    if (next is { } expected && waiting.Single(waiter => waiter.Id == expected).Entry.Result != BulkheadEntry.Entered)
                    {
                        return false;
                    }
                }
                else if (all[id] == 4 && model.Queue.Count > 0)
                {
                    var leaver = model.Queue[^1];
                    model.Queue.RemoveAt(model.Queue.Count - 1);
                    waiting.Single(waiter => waiter.Id == leaver).Cancel.Cancel();
                }

                if ((bulkhead.InUse, bulkhead.Queued) != (model.Running, model.Queue.Count))
                {
                    return false;
                }
            }

            return true;
        }));
    }

    /// <summary>What a bulkhead is, without threads.</summary>
    private sealed class Model(int places, int queueLength)
    {
        public int Running { get; private set; }

        public List<int> Queue { get; } = [];

        /// <summary>Null: it waits.</summary>
        public BulkheadEntry? Enter(int id)
        {
            if (Running < places)
            {
                Running++;
                return BulkheadEntry.Entered;
            }

            if (Queue.Count >= queueLength)
            {
                return BulkheadEntry.Full;
            }

            Queue.Add(id);
            return null;
        }

        public int? Leave()
        {
            if (Queue.Count == 0)
            {
                Running--;
                return null;
            }

            var next = Queue[0];
            Queue.RemoveAt(0);
            return next;
        }
    }

    private sealed class Gauge
    {
        private int now;
        private int highest;

        public int Highest => highest;

        public async ValueTask<int> PassAsync()
        {
            var seen = Interlocked.Increment(ref now);
            for (var known = Volatile.Read(ref highest); seen > known;)
            {
                known = Interlocked.CompareExchange(ref highest, seen, known);
            }

            await Task.Yield();
            return Interlocked.Decrement(ref now);
        }
    }
}
