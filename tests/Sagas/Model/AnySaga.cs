using System.Collections.Concurrent;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Testing;

namespace Portolan.Sagas.Tests.Model;

/// <summary>How each step of one run behaves, forward and back: ok, no, no-2, throw, throw-2.</summary>
public sealed record Run(string Id, IReadOnlyList<string> Forward, IReadOnlyList<string> Back);

public sealed record DoAlpha(string Id, int Step, string Mode);

public sealed record UndoAlpha(string Id, int Step, string Mode);

public sealed record DoBeta(string Id, int Step, string Mode);

public sealed record UndoBeta(string Id, int Step, string Mode);

public sealed record Effect(string Id, int Step, bool IsUndo);

/// <summary>A saga of any shape: a letter a step, in the service a, in b or (l) local; capital at the pivot.</summary>
public sealed class AnySaga(string shape, Behaviour behaviour) : Saga<Run, Run>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    public override string Name => $"shape-{Array.FindIndex([.. shape], char.IsUpper) + 1}-{shape.ToLowerInvariant()}";

    public int Pivot => Array.FindIndex([.. shape], char.IsUpper);

    public override ValueTask<SagaStart<Run>> StartAsync(Run request, IServiceProvider services, CancellationToken cancellationToken) =>
        ValueTask.FromResult<SagaStart<Run>>(request);

    protected override void Define(SagaBuilder<Run> saga)
    {
        for (var index = 0; index < shape.Length; index++)
        {
            var (name, where) = ($"step-{index}", char.ToLowerInvariant(shape[index]));
            var step = Pivot < 0 || index < Pivot ? saga.Step(name) : index == Pivot ? saga.Pivot(name) : saga.Retriable(name);
            Forward(step, where, index).Timeout(Timeout);
            if (Pivot < 0 || index < Pivot)
            {
                Back(step, where, index);
            }
        }
    }

    private StepBuilder<Run> Forward(StepBuilder<Run> step, char where, int index) => where switch
    {
        'a' => step.Do(run => new DoAlpha(run.Id, index, run.Forward[index])),
        'b' => step.Do(run => new DoBeta(run.Id, index, run.Forward[index])),
        _ => step.Do((run, context) => behaviour.ActAsync(new Effect(run.Id, index, false), run.Forward[index], context.Transaction)),
    };

    private StepBuilder<Run> Back(StepBuilder<Run> step, char where, int index) => where switch
    {
        'a' => step.Compensate($"undo-{index}", run => new UndoAlpha(run.Id, index, run.Back[index])),
        'b' => step.Compensate($"undo-{index}", run => new UndoBeta(run.Id, index, run.Back[index])),
        _ => step.Compensate($"undo-{index}", (run, context) => behaviour.ActAsync(new Effect(run.Id, index, true), run.Back[index], context.Transaction)),
    };
}

/// <summary>Acts as a mode says, and remembers what was committed, in order.</summary>
public sealed class Behaviour
{
    private readonly ConcurrentDictionary<(Effect Effect, string Outcome), int> outcomes = new();
    private readonly ConcurrentQueue<Effect> committed = new();

    public bool IsRepaired { get; set; }

    public IReadOnlyList<Effect> Committed => [.. committed];

    public ValueTask<Rejection?> ActAsync(Effect effect, string mode, StoreTransaction transaction)
    {
        var parts = mode.Split('-');
        var limit = IsRepaired ? 0 : parts.Length == 2 ? int.Parse(parts[1]) : int.MaxValue;
        if (parts[0] != "ok" && outcomes.AddOrUpdate((effect, parts[0]), 1, (_, count) => count + 1) <= limit)
        {
            return parts[0] == "no" ? ValueTask.FromResult<Rejection?>(new Rejection("NO", "No.")) : throw new InvalidOperationException($"{effect} broke");
        }

        transaction.OnCommitted(() => committed.Enqueue(effect));
        return default;
    }

    public TestParts Alpha(TestParts parts) => parts
        .Command<DoAlpha>("do-alpha.v1", "alpha", message => message.Id).Command<UndoAlpha>("undo-alpha.v1", "alpha", message => message.Id)
        .Handle<DoAlpha>(async (m, store) => await ActAsync(new Effect(m.Id, m.Step, false), m.Mode, store))
        .Handle<UndoAlpha>(async (m, store) => await ActAsync(new Effect(m.Id, m.Step, true), m.Mode, store));

    public TestParts Beta(TestParts parts) => parts
        .Command<DoBeta>("do-beta.v1", "beta", message => message.Id).Command<UndoBeta>("undo-beta.v1", "beta", message => message.Id)
        .Handle<DoBeta>(async (m, store) => await ActAsync(new Effect(m.Id, m.Step, false), m.Mode, store))
        .Handle<UndoBeta>(async (m, store) => await ActAsync(new Effect(m.Id, m.Step, true), m.Mode, store));

    public TestParts Home(TestParts parts, IEnumerable<AnySaga> sagas)
    {
        foreach (var saga in sagas)
        {
            parts.Saga(saga);
        }

        return parts
            .Command<DoAlpha>("do-alpha.v1", "alpha", message => message.Id).Command<UndoAlpha>("undo-alpha.v1", "alpha", message => message.Id)
            .Command<DoBeta>("do-beta.v1", "beta", message => message.Id).Command<UndoBeta>("undo-beta.v1", "beta", message => message.Id);
    }
}
