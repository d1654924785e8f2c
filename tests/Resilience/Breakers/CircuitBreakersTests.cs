using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;
using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class CircuitBreakersTests : BreakerTest
{
    [Fact]
    public void A_breaker_is_made_when_first_asked_for_with_the_options_of_its_name()
    {
        using var breakers = new CircuitBreakers(new() { ByName = new Dictionary<string, CircuitBreakerOptions> { ["payments"] = new() { ConsecutiveFailures = 1 } } }, Clock);
        Assert.Null(breakers.Find("payments"));
        Assert.Same(breakers.Get("payments"), breakers.Get("payments"));
        Call(breakers.Get("payments"), Verdict.Failure);
        Call(breakers.Get("inventory"), Verdict.Failure);
        Assert.Equal([("inventory", BreakerState.Closed), ("payments", BreakerState.Open)], breakers.All.Select(one => (one.Name, one.State)));
    }

    [Fact]
    public void Closed_and_least_recently_used_breakers_make_room_and_forced_ones_never()
    {
        using var breakers = new CircuitBreakers(new() { Capacity = 4 }, Clock);
        breakers.Get("forced").ForceClose();
        Trip(breakers.Get("open"));
        breakers.Get("old");
        breakers.Get("used");
        breakers.Get("new");
        Assert.Equal(["forced", "new", "open", "used"], breakers.All.Select(one => one.Name));

        breakers.Get("used");
        breakers.Get("newer");
        Assert.Equal(["forced", "newer", "open", "used"], breakers.All.Select(one => one.Name));
        Trip(breakers.Get("used"));
        Trip(breakers.Get("newer"));
        breakers.Get("newest");
        Assert.Equal(["forced", "newer", "newest", "used"], breakers.All.Select(one => one.Name));
    }

    [Fact]
    public void Twenty_thousand_names_keep_no_more_than_the_capacity()
    {
        using var breakers = new CircuitBreakers(new(), Clock);
        for (var name = 0; name < 20_000; name++)
        {
            breakers.Get($"tenant-{name}");
            Assert.InRange(breakers.Count, 1, 1_000);
        }
    }

    [Fact]
    public void Another_replicas_opening_is_adopted_until_its_time_is_over()
    {
        var states = new InMemoryBreakerStates(Clock);
        using var one = new CircuitBreakers(new(), Clock, shared: states);
        using var two = new CircuitBreakers(new() { Default = new() { SuccessThreshold = 1 } }, Clock, shared: states);
        two.Get("inventory");
        Trip(one.Get("inventory"));
        Pass(10);

        var report = two.Get("inventory").Report();
        Assert.Equal((BreakerState.Open, TimeSpan.FromSeconds(20)), (report.State, report.RetryAfter));
        Assert.Equal("opened by another replica: 5 failures in a row", report.Reason);

        using var late = new CircuitBreakers(new(), Clock, shared: states);
        Assert.Equal(0, late.Count);
        Assert.Equal(BreakerState.Open, late.Get("inventory").State);

        Pass(20);
        Call(two.Get("inventory"), Verdict.Success);
        Assert.Equal(BreakerState.Closed, two.Get("inventory").State);
        Assert.Equal(BreakerState.HalfOpen, one.Get("inventory").State);
        using var later = new CircuitBreakers(new(), Clock, shared: states);
        Assert.Equal(BreakerState.Closed, later.Get("inventory").State);
    }

    [Fact]
    public void News_of_breakers_that_nobody_has_asked_for_are_bounded()
    {
        var states = new InMemoryBreakerStates(Clock);
        using var one = new CircuitBreakers(new(), Clock, shared: states);
        using var two = new CircuitBreakers(new() { Capacity = 2 }, Clock, shared: states);
        foreach (var name in new[] { "a", "b", "c" })
        {
            Trip(one.Get(name));
        }

        Assert.Equal([BreakerState.Open, BreakerState.Open], [two.Get("a").State, two.Get("b").State]);
        using var three = new CircuitBreakers(new() { Capacity = 2 }, Clock, shared: states);
        Pass(60);
        Trip(one.Get("d"));
        Assert.Equal(BreakerState.Open, three.Get("d").State);
    }

    [Fact]
    public void What_an_operator_decided_is_not_changed_by_another_replica_and_not_told_to_it()
    {
        var states = new InMemoryBreakerStates(Clock);
        using var one = new CircuitBreakers(new(), Clock, shared: states);
        using var two = new CircuitBreakers(new(), Clock, shared: states);
        two.Get("inventory").ForceClose();
        Trip(one.Get("inventory"));
        Assert.Equal(BreakerState.ForcedClosed, two.Get("inventory").State);
        one.Get("payments").Isolate();
        Assert.Equal(BreakerState.Closed, two.Get("payments").State);
    }

    [Fact]
    public void A_store_that_fails_leaves_each_breaker_to_itself()
    {
        using var breakers = new CircuitBreakers(new(), Clock, shared: new BrokenStates());
        Trip(breakers.Get("inventory"));
        Assert.Equal(BreakerState.Open, breakers.Get("inventory").State);
    }

    [Fact]
    public void Metrics_say_state_transitions_duration_recovery_blocked_and_allowed()
    {
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == PortolanTelemetry.Name && instrument.Name.Contains(".breaker.", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        using var breakers = new CircuitBreakers(new(), Clock);
        var breaker = breakers.Get("measured");
        Trip(breaker);
        Enter(breaker);
        Pass(30);
        Call(breaker, Verdict.Success, Verdict.Success, Verdict.Success);
        breaker.Isolate();
        listener.RecordObservableInstruments();

        Assert.Equal(
            new Dictionary<string, double> { ["transitions"] = 4, ["open.duration"] = 30, ["recoveries"] = 1, ["state"] = 5, ["allowed"] = 8, ["blocked"] = 1 },
            measured);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("breaker", "measured")))
            {
                var name = instrument.Name["portolan.resilience.breaker.".Length..];
                measured[name] = measured.GetValueOrDefault(name) + value;
            }
        }
    }

    private sealed class BrokenStates : IBreakerStateStore
    {
        public ValueTask PublishAsync(BreakerOpening opening, CancellationToken cancellationToken) => throw new IOException("gone");

        public IDisposable Subscribe(Action<BreakerOpening> listener) => new MemoryStream();
    }
}
