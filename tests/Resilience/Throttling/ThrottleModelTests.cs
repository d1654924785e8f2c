using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Throttling;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Throttling;

/// <summary>A throttle of one call in 10 ms against the plainest line one can write.</summary>
public sealed class ThrottleModelTests
{
    private const int Queue = 5;
    private const int MaximumWait = 35;
    private static readonly CallPriority[] Priorities = Enum.GetValues<CallPriority>();

    [Fact]
    public void Whatever_comes_the_line_serves_refuses_and_displaces_as_its_model() => Prop.ForAll(Arrivals(), arrivals =>
    {
        var clock = new VirtualClock();
        using var throttle = new Throttle(
            new ThrottleOptions { QueueLimit = Queue, MaximumWait = TimeSpan.FromMilliseconds(MaximumWait) },
            Limiter.Create(new RateLimitOptions { Permits = 100, Burst = 1 }, clock));
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("model", clock, Random.Shared)).AddThrottle(throttle).Build();
        var calls = new List<Task<Outcome<int>>>();
        var model = new Model();
        foreach (var (milliseconds, priority) in arrivals)
        {
            for (var passed = 0; passed < milliseconds; passed++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                model.Pass();
            }

            calls.Add(pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Priority = priority }).AsTask());
            model.Arrive(priority);
            Assert.Equal(model.Waiting, throttle.Waiting);
        }

        for (var passed = 0; passed <= MaximumWait; passed++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            model.Pass();
        }

        Assert.True(Task.WhenAll(calls).Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(model.Served, calls.Select(call => call.Result.HasValue));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(40).WithQuietOnSuccess(true));

    private static Arbitrary<(int Milliseconds, CallPriority Priority)[]> Arrivals() => Arb.From(Gen.ArrayOf(
        from milliseconds in Gen.Frequency((3, Gen.Constant(0)), (2, Gen.Choose(0, 12)), (1, Gen.Choose(13, 60)))
        from priority in Gen.Elements(Priorities)
        select (milliseconds, priority)));

    private sealed class Model
    {
        private readonly List<(int Call, CallPriority Priority, int Deadline)> line = [];
        private int now;
        private int free;

        public List<bool> Served { get; } = [];

        public int Waiting => line.Count;

        public void Arrive(CallPriority priority)
        {
            Served.Add(false);
            var call = Served.Count - 1;
            if (line.Count == 0 && now >= free)
            {
                Serve(call);
                return;
            }

            if (line.Count == Queue)
            {
                var last = line.OrderBy(other => other.Priority).ThenByDescending(other => other.Call).First();
                if (last.Priority >= priority)
                {
                    return;
                }

                line.Remove(last);
            }

            line.Add((call, priority, now + MaximumWait));
        }

        public void Pass()
        {
            now++;
            if (line.Count > 0 && now >= free)
            {
                var next = line.OrderByDescending(other => other.Priority).ThenBy(other => other.Call).First();
                line.Remove(next);
                Serve(next.Call);
            }

            line.RemoveAll(other => other.Deadline <= now);
        }

        private void Serve(int call)
        {
            Served[call] = true;
            free = now + 10;
        }
    }
}
