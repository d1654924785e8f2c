using System.Diagnostics.Metrics;
using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Shedding;
using Portolan.Resilience.Tests.RateLimiting;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Shedding;

public sealed class LoadShedderTests
{
    private static readonly CallPriority[] Priorities = [CallPriority.Low, CallPriority.Normal, CallPriority.High, CallPriority.Critical];

    private readonly VirtualClock clock = new();
    private double utilisation;

    [Theory]
    [InlineData(0, "Low, Normal, High, Critical")]
    [InlineData(0.5, "Low, Normal, High, Critical")]
    [InlineData(0.51, "Normal, High, Critical")]
    [InlineData(0.81, "High, Critical")]
    [InlineData(0.96, "Critical")]
    [InlineData(1, "Critical")]
    [InlineData(1.01, "")]
    [InlineData(double.PositiveInfinity, "")]
    [InlineData(-1, "Low, Normal, High, Critical")]
    [InlineData(double.NaN, "Low, Normal, High, Critical")]
    public void The_fuller_it_is_the_more_important_a_call_must_be(double full, string pass)
    {
        utilisation = full;
        var shedder = Shedder();
        Assert.Equal(pass, string.Join(", ", Priorities.Where(priority => Passes(shedder, priority))));
        Assert.Equal(Priorities.Count(priority => !pass.Contains($"{priority}", StringComparison.Ordinal)), shedder.Refused);
    }

    [Fact]
    public void Whoever_passes_everyone_more_important_passes_too() => Prop.ForAll(
        Gen.Choose(-100, 300).ToArbitrary(),
        percent =>
        {
            utilisation = percent / 100.0;
            var shedder = Shedder();
            var passes = Priorities.Select(priority => Passes(shedder, priority)).ToList();
            Assert.Equal(passes.Order(), passes);
        }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void A_priority_nobody_knows_counts_as_the_nearest()
    {
        var shares = new PriorityShares();
        Assert.Equal((0.5, 1.0), (shares.Of((CallPriority)(-100)), shares.Of((CallPriority)100)));
        utilisation = 2;
        var shedder = Shedder();
        Assert.Contains("(low)", Refusal(shedder, (CallPriority)(-100))!.Reason, StringComparison.Ordinal);
        Assert.Contains("(critical)", Refusal(shedder, (CallPriority)100)!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_says_when_to_come_back_and_is_made_once()
    {
        utilisation = 0.9;
        var shedder = Shedder(new() { RetryAfter = TimeSpan.FromSeconds(5) });
        var refusal = Refusal(shedder, CallPriority.Normal)!;

        Assert.Equal((RejectionKind.LoadShed, "memory", TimeSpan.FromSeconds(5)), (refusal.Kind, refusal.Strategy, refusal.RetryAfter!.Value));
        Assert.Equal("'memory' is too full for calls of this priority (normal).", refusal.Reason);
        Assert.Same(refusal, Refusal(shedder, CallPriority.Normal));
        Assert.NotSame(refusal, Refusal(shedder, CallPriority.Low));
    }

    [Fact]
    public void It_reads_no_more_often_than_it_is_told_and_after_the_clock_went_back()
    {
        var set = new SetClock();
        var reads = 0;
        var shedder = new LoadShedder("memory", () => ++reads, set, new() { ReadEvery = TimeSpan.FromSeconds(1) });
        Assert.Equal(1, After(0));
        Assert.Equal(1, After(TimeSpan.TicksPerSecond - 1));
        Assert.Equal(2, After(1));
        Assert.Equal(2, After(1));
        Assert.Equal(3, After(-10 * TimeSpan.TicksPerSecond));
        Assert.Equal(3, After(1));
        Assert.Equal(4, After(TimeSpan.TicksPerSecond));

        int After(long ticks)
        {
            set.Now += ticks;
            shedder.TryPass(set.Now, CallPriority.Normal, out _);
            return reads;
        }
    }

    [Fact]
    public void It_may_read_for_each_call_or_never_again()
    {
        var always = Shedder(new() { ReadEvery = TimeSpan.Zero });
        var once = Shedder(new() { ReadEvery = TimeSpan.MaxValue });
        utilisation = 2;
        clock.Advance(TimeSpan.FromDays(100_000));
        Assert.False(Passes(always, CallPriority.Critical));
        Assert.True(Passes(once, CallPriority.Low));
        utilisation = 0;
        Assert.True(Passes(always, CallPriority.Low));
    }

    [Fact]
    public void A_broken_gauge_refuses_nobody()
    {
        var broken = false;
        var shedder = new LoadShedder("memory", () => broken ? throw new InvalidOperationException() : 2, clock);
        Assert.False(Passes(shedder, CallPriority.Critical));
        broken = true;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Passes(shedder, CallPriority.Low));
    }

    [Fact]
    public async Task In_a_pipeline_the_calls_priority_decides_and_what_is_shed_never_runs()
    {
        var events = new List<string>();
        var scope = new PipelineScope("stock", clock, Random.Shared, happened => events.Add($"{happened.Strategy} {happened.Name}"));
        utilisation = 0.9;
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddLoadShedding(Shedder()).Build();
        var ran = 0;

        Assert.Equal(RejectionKind.LoadShed, (await Try(CallPriority.Normal)).Rejection!.Kind);
        Assert.Equal((0, Verdict.Neutral), (ran, (await Try(CallPriority.Low)).Verdict));
        Assert.Equal(1, (await Try(CallPriority.High)).Value);
        Assert.Equal(["memory load-shed", "memory load-shed"], events);
        Assert.Equal("stock: load shedding 'memory' -> call", pipeline.ToString());

        ValueTask<Outcome<int>> Try(CallPriority priority) =>
            pipeline.TryExecuteAsync((_, _) => ValueTask.FromResult(++ran), 0, new CallOptions { Priority = priority });
    }

    [Fact]
    public void A_pipeline_on_another_clock_is_refused() =>
        Assert.Contains("another clock", Assert.Throws<ArgumentException>(() => new ResiliencePipelineBuilder<int>("stock").AddLoadShedding(Shedder())).Message, StringComparison.Ordinal);

    [Fact]
    public void Passing_and_refusing_allocate_nothing()
    {
        utilisation = 0.9;
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("stock", clock, Random.Shared)).AddLoadShedding(Shedder()).Build();
        Assert.InRange(Allocated.By(() => Run(CallPriority.High)), 0, 500);
        Assert.InRange(Allocated.By(() => Run(CallPriority.Low)), 0, 500);

        void Run(CallPriority priority)
        {
            for (var call = 0; call < 1_000; call++)
            {
                var pending = pipeline.TryExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, new CallOptions { Priority = priority });
                Assert.True(pending.Result.HasValue == (priority == CallPriority.High));
            }
        }
    }

    [Fact]
    public async Task Threads_that_race_count_every_refusal()
    {
        utilisation = 0.9;
        var shedder = Shedder(new() { ReadEvery = TimeSpan.Zero });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var call = 0; call < 4_000; call++)
            {
                Assert.Equal(call % 4 >= 2, Passes(shedder, Priorities[call % 4]));
            }
        })));
        Assert.Equal(8 * 2_000, shedder.Refused);
    }

    [Fact]
    public void Metrics_say_who_was_refused()
    {
        var name = $"memory {Guid.NewGuid()}";
        var seen = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => Add(tags, $"{count} {tags[^1].Value}"));
        listener.SetMeasurementEventCallback<double>((_, full, tags, _) => Add(tags, $"{full:0}"));
        listener.Start();

        var shedder = new LoadShedder(name, () => 2, clock);
        Passes(shedder, CallPriority.Low);
        Passes(shedder, CallPriority.Critical);
        Assert.Equal(["2", "1 low", "1 critical"], seen);

        void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, string what)
        {
            if (name.Equals(tags[0].Value))
            {
                seen.Add(what);
            }
        }

        static void Enable(Instrument instrument, MeterListener listener)
        {
            if (instrument.Name.StartsWith("portolan.resilience.shedding", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var message = Assert.Throws<ArgumentException>(() => Shedder(new()
        {
            ReadEvery = TimeSpan.FromSeconds(-1),
            RetryAfter = TimeSpan.Zero,
            Shares = new() { Low = 0.9, Normal = 0.8 },
        })).Message;
        Assert.Contains("ReadEvery is -00:00:01", message, StringComparison.Ordinal);
        Assert.Contains("RetryAfter is 00:00:00", message, StringComparison.Ordinal);
        Assert.Contains("0.9, 0.8, 0.95, 1 fall", message, StringComparison.Ordinal);
        Assert.NotEmpty(new PriorityShares { Low = double.NaN }.Validate());
    }

    private LoadShedder Shedder(LoadShedderOptions? options = null) => new("memory", () => utilisation, clock, options);

    private bool Passes(LoadShedder shedder, CallPriority priority) => shedder.TryPass(clock.GetTimestamp(), priority, out _);

    private Rejection? Refusal(LoadShedder shedder, CallPriority priority) => shedder.TryPass(clock.GetTimestamp(), priority, out var refusal) ? null : refusal;
}
