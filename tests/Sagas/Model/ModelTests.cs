using Portolan.Sagas.Coordination;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Model;

/// <summary>
/// Sagas of many shapes, each with failures of its own at any step and back, on a bus that duplicates and reorders, with
/// services that go down and come back and time that jumps: whatever happens, what must hold holds.
/// </summary>
public sealed class ModelTests
{
    private static readonly string[] Shapes = ["A", "l", "ab", "laB", "abLab", "lalb", "albAlb", "aBl", "babaA", "Lab"];
    private static readonly string[] Modes = ["ok", "ok", "ok", "ok", "no", "no-2", "throw-2", "throw"];
    private static readonly string[] Services = ["home", "alpha", "beta"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_saga_ends_as_it_must_and_nothing_happens_twice(int seed)
    {
        var random = new Random(seed);
        var behaviour = new Behaviour();
        AnySaga[] definitions = [.. Shapes.Select(shape => new AnySaga(shape, behaviour))];
        await using var platform = await StartAsync(random, behaviour, definitions);
        var runs = new Dictionary<Guid, AnySaga>();
        for (var index = 0; index < 60; index++)
        {
            var definition = definitions[index % definitions.Length];
            var steps = definition.Name.Split('-')[2].Length;
            var first = definition.Name.Split('-')[2][0] == 'l';
            var run = new Run($"run-{index}", Any(random, steps, first), Any(random, steps, false));
            runs.Add((await platform["home"].Sagas.StartAsync(definition, run)).Id, definition);
            await JoltAsync(platform, random);
        }

        await SettleAsync(platform, runs);
        await CheckAsync(platform, runs, behaviour, [SagaStatus.Completed, SagaStatus.Compensated, SagaStatus.NeedsAttention]);

        behaviour.IsRepaired = true;
        await RepairAsync(platform, runs);
        await SettleAsync(platform, runs);
        await CheckAsync(platform, runs, behaviour, [SagaStatus.Completed, SagaStatus.Compensated]);
    }

    private static Task<TestPlatform> StartAsync(Random random, Behaviour behaviour, AnySaga[] definitions) => TestPlatform.StartAsync(platform =>
    {
        platform.Bus.Random = random;
        platform.Bus.Duplicates = 0.3;
        platform.Bus.Reordering = 0.3;
        platform.Service("home", parts => behaviour.Home(parts, definitions), options => options.Sagas.MaximumAttempts = 4)
            .Service("alpha", parts => behaviour.Alpha(parts))
            .Service("beta", parts => behaviour.Beta(parts));
    });

    // A local first step runs before there is a saga: if it throws, none was started.
    private static string[] Any(Random random, int steps, bool firstIsLocal) =>
        [.. Enumerable.Range(0, steps).Select(step => step == 0 && firstIsLocal ? "ok" : Modes[random.Next(Modes.Length)])];

    private static async Task JoltAsync(TestPlatform platform, Random random)
    {
        var service = Services[random.Next(Services.Length)];
        platform[service].IsDown = random.Next(2) == 0;
        if (random.Next(10) == 0)
        {
            await platform.RestartAsync(service);
        }

        await platform.RunOnceAsync();
        platform.Clock.Advance(TimeSpan.FromSeconds(random.Next(4) == 0 ? random.Next(600) : random.Next(5)));
    }

    private static async Task SettleAsync(TestPlatform platform, Dictionary<Guid, AnySaga> runs)
    {
        Array.ForEach(Services, service => platform[service].IsDown = false);
        for (var minute = 0; minute < 120; minute++)
        {
            await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
            var sagas = await platform["home"].Sagas.ListAsync(limit: runs.Count);
            if (sagas.TrueForAll(saga => saga.Status is not (SagaStatus.Running or SagaStatus.Compensating)))
            {
                break;
            }
        }

        await platform.RunUntilIdleAsync();
    }

    private static async Task RepairAsync(TestPlatform platform, Dictionary<Guid, AnySaga> runs)
    {
        foreach (var service in Services)
        {
            foreach (var letter in await platform[service].DeadLetters.ListAsync(1_000))
            {
                await platform[service].DeadLetters.RedriveAsync(letter.Id);
            }
        }

        await platform.RunUntilIdleAsync();
        foreach (var id in runs.Keys)
        {
            await platform["home"].Sagas.ResumeAsync(id, skip: false);
        }
    }

    private static async Task CheckAsync(TestPlatform platform, Dictionary<Guid, AnySaga> runs, Behaviour behaviour, string[] ends)
    {
        var all = behaviour.Committed;
        Assert.Empty(all.GroupBy(effect => effect).Where(same => same.Count() > 1).Select(same => same.Key));
        foreach (var (id, definition) in runs)
        {
            var saga = (await platform["home"].Sagas.FindAsync(id))!;
            var run = (Run)saga.State;
            var effects = all.Where(effect => effect.Id == run.Id).ToList();
            var story = $"{definition.Name} forward [{string.Join(' ', run.Forward)}] back [{string.Join(' ', run.Back)}] is {saga.Status} [{saga.Steps()}] after {string.Join(' ', effects.Select(effect => $"{(effect.IsUndo ? '-' : '+')}{effect.Step}"))}";
            Assert.True(ends.Contains(saga.Status), story);
            Assert.True(Holds(saga, definition, effects), story);
        }
    }

    private static bool Holds(SagaInstance saga, AnySaga definition, List<Effect> effects)
    {
        var done = effects.Where(effect => !effect.IsUndo).Select(effect => effect.Step).ToList();
        var undone = effects.Where(effect => effect.IsUndo).Select(effect => effect.Step).ToList();
        var failed = saga.FailedStep is { } step ? saga.Steps.ToList().IndexOf(step) : int.MaxValue;
        var before = Enumerable.Range(0, Math.Min(failed, saga.Steps.Count)).ToList();
        return done.SequenceEqual(done.Order())                                                     // forward in order
            && undone.SequenceEqual(undone.OrderDescending())                                       // and back in reverse
            && undone.TrueForAll(step => step < failed || saga.Steps[failed].Error!.Code == "TIMEOUT") // only what may have happened is undone
            && done.TrueForAll(step => step <= failed)                                              // nothing beyond the failure
            && effects.TakeWhile(effect => !effect.IsUndo).Count(effect => true) == done.Count      // once turned back, never forward
            && (undone.Count == 0 || definition.Pivot < 0 || !done.Contains(definition.Pivot))      // nothing back after the pivot
            && (saga.Status != SagaStatus.Completed || (undone.Count == 0 && done.SequenceEqual(before)))
            && (saga.Status != SagaStatus.Compensated || (before.TrueForAll(done.Contains) && done.TrueForAll(undone.Contains)));
    }
}
