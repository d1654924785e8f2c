using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Latency;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Latency;

public sealed class LatencyWindowTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly VirtualClock clock = new();

    [Fact]
    public void A_percentile_is_within_five_per_cent_of_the_exact_one_from_a_microsecond_to_an_hour()
    {
        var durations = Gen.ArrayOf(Gen.Choose(0, 95_000).Select(exponent => TimeSpan.FromTicks((long)(10 * Math.Pow(2, exponent / 3_000.0))))).Where(all => all.Length > 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(durations.ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (all, hundredths) =>
        {
            var window = new LatencyWindow(clock, Window);
            foreach (var duration in all)
            {
                window.Record(clock.GetTimestamp(), duration);
            }

            var share = hundredths / 100.0;
            var exact = all.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * all.Length)) - 1);
            var measured = window.Percentile(share, 1)!.Value;
            return window.Count == all.Length && Math.Abs(measured.Ticks - exact.Ticks) <= 0.05 * exact.Ticks;
        }));
    }

    [Fact]
    public void Fewer_than_the_minimum_have_no_percentile()
    {
        var window = new LatencyWindow(clock, Window);
        Assert.Null(window.Percentile(0.5, 0));
        Record(window, 49, 10);
        Assert.Null(window.Percentile(0.95, 50));
        Record(window, 1, 10);
        Assert.NotNull(window.Percentile(0.95, 50));
    }

    [Fact]
    public void What_is_older_than_the_window_is_forgotten_slice_by_slice()
    {
        var window = new LatencyWindow(clock, Window);
        for (var second = 0; second < 25; second++)
        {
            Record(window, 10, 1 + second);
            Assert.Equal(10 * Math.Min(10, second + 1), window.Count);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        clock.Advance(Window);
        Assert.Equal(0, window.Count);
        Assert.Null(window.Percentile(0.5, 1));
    }

    [Fact]
    public void An_answer_is_kept_for_a_hundredth_of_the_window_and_each_share_has_its_own()
    {
        var window = new LatencyWindow(clock, Window);
        Record(window, 100, 10);
        var before = (window.Percentile(0.5, 1), window.Percentile(0.99, 1));
        Record(window, 1_000, 500);
        Assert.Equal(before, (window.Percentile(0.5, 1), window.Percentile(0.99, 1)));

        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.InRange(window.Percentile(0.5, 1)!.Value.TotalMilliseconds, 480, 520);
    }

    [Fact]
    public void Durations_far_out_count_as_nothing_or_an_hour()
    {
        var window = new LatencyWindow(clock, TimeSpan.MaxValue);
        window.Record(clock.GetTimestamp(), TimeSpan.MinValue);
        window.Record(clock.GetTimestamp(), TimeSpan.MaxValue);
        Assert.Equal(TimeSpan.Zero, window.Percentile(0, 1));
        Assert.InRange(window.Percentile(1, 1)!.Value.TotalMinutes, 58, 62);
        Assert.Equal(2, window.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyWindow(clock, TimeSpan.Zero));
    }

    [Fact]
    public void A_clock_that_goes_back_starts_the_window_again_and_an_old_timestamp_does_not_harm_it()
    {
        var turning = new TurningClock { Now = 1_000_000_000 };
        var window = new LatencyWindow(turning, Window);
        window.Record(turning.Now, TimeSpan.FromSeconds(1));

        turning.Now = 5_000;
        window.Record(turning.Now, TimeSpan.FromSeconds(1));
        window.Record(turning.Now, TimeSpan.FromSeconds(1));
        Assert.Equal(2, window.Count);

        turning.Now = 500_000_000;
        Enumerable.Range(0, 10).ToList().ForEach(slice => window.Record(turning.Now - (slice * TimeSpan.TicksPerSecond), TimeSpan.FromSeconds(1)));
        window.Record(0, TimeSpan.FromSeconds(1));
        Assert.Equal(11, window.Count);
        Assert.NotNull(window.Percentile(long.MinValue, 0.5, 0) ?? window.Percentile(0.5, 1));
    }

    [Fact]
    public void Many_threads_lose_no_duration_while_slices_turn()
    {
        var turning = new TurningClock();
        var window = new LatencyWindow(turning, Window);
        var counted = 0L;
        for (var round = 0; round < 200; round++)
        {
            // Slices turn under the writers, never so far that one leaves the window.
            var start = turning.Now += 20 * TimeSpan.TicksPerSecond;
            Parallel.For(0, 4, _ =>
            {
                for (var index = 0; index < 50; index++)
                {
                    window.Record(start + (index * TimeSpan.TicksPerSecond / 10), TimeSpan.FromMilliseconds(index));
                }
            });
            turning.Now = start + (5 * TimeSpan.TicksPerSecond);
            counted += window.Count;
        }

        Assert.Equal(200 * 4 * 50, counted);
    }

    [Fact]
    public void Recording_and_asking_allocate_nothing_once_the_slices_are_there()
    {
        var window = new LatencyWindow(clock, Window);
        for (var second = 0; second < 30; second++)
        {
            Record(window, 1, 5);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        _ = window.Percentile(0.95, 1);
        var now = clock.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < 1_000; index++)
        {
            window.Record(now, TimeSpan.FromMilliseconds(index));
            _ = window.Percentile(now, 0.95, 1);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    [Fact]
    public void A_cleared_window_knows_nothing()
    {
        var window = new LatencyWindow(clock, Window);
        Record(window, 100, 10);
        Assert.NotNull(window.Percentile(0.5, 1));
        window.Clear();
        Assert.Equal(0, window.Count);
        Assert.Null(window.Percentile(0.5, 1));
    }

    private void Record(LatencyWindow window, int times, double milliseconds)
    {
        for (var index = 0; index < times; index++)
        {
            window.Record(clock.GetTimestamp(), TimeSpan.FromMilliseconds(milliseconds));
        }
    }

    private sealed class TurningClock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
