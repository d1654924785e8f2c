using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>Collects the steps of a saga.</summary>
public sealed class SagaBuilder<TState>
    where TState : notnull
{
    private readonly List<StepBuilder<TState>> steps = [];

    /// <summary>A step that can be undone: it needs <see cref="StepBuilder{TState}.Compensate(string, Func{TState, object})"/>.</summary>
    public StepBuilder<TState> Step(string name) => Add(name, StepKind.Compensable);

    /// <summary>The point of no return: when it fails, everything before is undone; after it, only forward.</summary>
    public StepBuilder<TState> Pivot(string name) => Add(name, StepKind.Pivot);

    /// <summary>A step after the pivot: tried until it succeeds.</summary>
    public StepBuilder<TState> Retriable(string name) => Add(name, StepKind.Retriable);

    internal List<SagaStep> Build() => steps.ConvertAll(step => step.Build());

    private StepBuilder<TState> Add(string name, StepKind kind)
    {
        var step = new StepBuilder<TState>(this, name, kind);
        steps.Add(step);
        return step;
    }
}
