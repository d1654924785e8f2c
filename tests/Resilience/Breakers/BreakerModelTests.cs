using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.Breakers;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class BreakerModelTests
{
    private readonly record struct Step(int Kind, int Choice, Verdict Verdict, int Milliseconds, double Chance);

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency((40, Gen.Constant(0)), (40, Gen.Constant(1)), (12, Gen.Constant(2)), (2, Gen.Choose(3, 6)))
        from choice in Gen.Choose(0, 1_000)
        from verdict in Gen.Frequency(
            (4, Gen.Constant(Verdict.Success)), (4, Gen.Constant(Verdict.Failure)), (1, Gen.Elements(Verdict.Unreached, Verdict.Throttled, Verdict.Neutral)))
        from milliseconds in Gen.Frequency((3, Gen.Choose(0, 40)), (2, Gen.Choose(0, 1_500)))
        from chance in Gen.Choose(0, 999)
        select new Step(kind, choice, verdict, milliseconds, chance / 1_000.0);

    private static readonly Gen<CircuitBreakerOptions> Settings =
        from row in Gen.Choose(0, 4)
        from rate in Gen.Elements(0, 0.5, 0.7)
        from minimum in Gen.Choose(1, 6)
        from buckets in Gen.Choose(1, 5)
        from window in Gen.Choose(5, 300)
        from count in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(6, 9)))
        from slow in Gen.Elements(0, 0, 20, 200)
        from open in Gen.Choose(0, 300)
        from growth in Gen.Elements(1.0, 2.0)
        from probes in Gen.Choose(1, 4)
        from successes in Gen.Choose(1, 4)
        from share in Gen.Elements(0, 0, 0.3)
        from ramp in Gen.Elements(0, 0, 150)
        select new CircuitBreakerOptions
        {
            ConsecutiveFailures = row,
            FailureRate = rate,
            MinimumCalls = minimum,
            Buckets = buckets,
            Window = TimeSpan.FromMilliseconds(window),
            CountWindow = count,
            SlowCall = slow == 0 ? null : TimeSpan.FromMilliseconds(slow),
            OpenDuration = TimeSpan.FromMilliseconds(open),
            OpenGrowth = growth,
            MaximumOpenDuration = TimeSpan.FromMilliseconds(1_000),
            Probes = probes,
            SuccessThreshold = successes,
            OpenShare = share,
            RampFor = TimeSpan.FromMilliseconds(ramp),
        };

    [Fact]
    public void States_refusals_and_counts_are_the_models_after_every_step_of_any_interleaving()
    {
        var property = Prop.ForAll(
            Settings.ToArbitrary(),
            Gen.ArrayOf(Steps, 150).ToArbitrary(),
            (options, steps) => Run(options, steps));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
    }

    private static string? Differs<TValue>(int step, string what, TValue model, TValue breaker) =>
        EqualityComparer<TValue>.Default.Equals(model, breaker) ? null : $"step {step}: {what} is {breaker}, the model's {model}";

    private static Property Run(CircuitBreakerOptions options, Step[] steps)
    {
        var clock = new VirtualClock();
        var chance = new GivenChance();
        var breaker = new CircuitBreaker("any", options, clock, random: chance);
        var model = new BreakerModel(options, clock.GetTimestamp());
        var open = new List<(BreakerEntry Entry, ModelCall Call)>();
        for (var index = 0; index < steps.Length; index++)
        {
            chance.Value = steps[index].Chance;
            var difference = Take(steps[index], index, clock, breaker, model, open) ?? Compare(index, clock.GetTimestamp(), breaker.Report(), model);
            if (difference is not null)
            {
                return false.Label(difference);
            }
        }

        return true.ToProperty();
    }

    private static string? Take(
        Step step, int index, VirtualClock clock, CircuitBreaker breaker, BreakerModel model, List<(BreakerEntry Entry, ModelCall Call)> open)
    {
        var now = clock.GetTimestamp();
        switch (step.Kind)
        {
            case 0:
                var call = model.Enter(now, step.Chance);
                var entered = breaker.TryEnter(now, out var entry);
                if (entered)
                {
                    open.Add((entry, call ?? new ModelCall(-1, 0, false)));
                }

                return Differs(index, "admission", call is not null, entered)
                    ?? Differs(index, "probe", call is { IsProbe: true }, entry.IsProbe)
                    ?? Differs(index, "refusal", call is null, entry.Refusal is not null);
            case 1 when open.Count > 0:
                var at = step.Choice % open.Count;
                model.Exit(open[at].Call, step.Verdict, now);
                breaker.Exit(open[at].Entry, step.Verdict, now);
                open.RemoveAt(at);
                break;
            case 2:
                clock.Advance(TimeSpan.FromMilliseconds(step.Milliseconds));
                break;
            case 3:
                model.ForceOpen(now, TimeSpan.FromMilliseconds(step.Milliseconds));
                breaker.ForceOpen(TimeSpan.FromMilliseconds(step.Milliseconds));
                break;
            case 4:
                model.Isolate(now);
                breaker.Isolate();
                break;
            case 5:
                model.ForceClose(now);
                breaker.ForceClose();
                break;
            case 6:
                model.Reset(now);
                breaker.Reset();
                break;
        }

        return null;
    }

    private static string? Compare(int step, long now, BreakerReport report, BreakerModel model) =>
        Differs(step, "state", model.State(now), report.State)
        ?? Differs(step, "allowed", model.Allowed, report.Allowed)
        ?? Differs(step, "blocked", model.Blocked, report.Blocked)
        ?? Differs(step, "failures", model.Failures, report.Failures)
        ?? Differs(step, "transitions", Math.Min(20, model.Transitions), report.Transitions.Count)
        ?? (report.State is BreakerState.Closed or BreakerState.ForcedClosed
            ? Differs(step, "window", model.Window(now).Calls, report.Calls) ?? Differs(step, "rate", Rate(model.Window(now)), report.FailureRate)
            : null);

    private static double Rate((long Calls, long Bad) window) => window.Calls == 0 ? 0 : (double)window.Bad / window.Calls;
}
