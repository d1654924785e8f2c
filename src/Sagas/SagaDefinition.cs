using Portolan.Core.Problems;
using Portolan.Sagas.Definition;
using System.Text.Json;

namespace Portolan.Sagas;

/// <summary>A saga as the platform sees it. Derive from <see cref="Saga{TRequest, TState}"/>.</summary>
public abstract class SagaDefinition
{
    private protected SagaDefinition()
    {
    }

    /// <summary>Name in addresses: <c>/v1/sagas/{Name}</c>. Lower-case words joined by hyphens.</summary>
    public abstract string Name { get; }

    internal abstract Type RequestType { get; }

    internal abstract Type StateType { get; }

    internal abstract IReadOnlyList<SagaStep> Steps { get; }

    internal abstract ValueTask<(object? State, Problem? Refusal)> AcceptAsync(object request, IServiceProvider services, CancellationToken cancellationToken);

    internal abstract object? ResultOf(object state);

    internal int PivotIndex => Steps.Select((step, index) => (step, index)).Where(entry => entry.step.Kind == StepKind.Pivot).Select(entry => entry.index).DefaultIfEmpty(-1).First();

    /// <summary>What is wrong with the definition, each with the fix; empty when nothing is.</summary>
    public IEnumerable<string> Errors() => SagaRules.Check(Name, Steps);
}
