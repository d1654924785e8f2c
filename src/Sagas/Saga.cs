using Portolan.Core.Problems;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>
/// A business transaction over several services: steps that each can be undone, up to the pivot; from there only forward.
/// </summary>
/// <typeparam name="TRequest">What <c>POST /v1/sagas/{name}</c> takes.</typeparam>
/// <typeparam name="TState">What the steps need; stored with every transition.</typeparam>
public abstract class Saga<TRequest, TState> : SagaDefinition
    where TRequest : notnull
    where TState : notnull
{
    private IReadOnlyList<SagaStep>? steps;

    internal sealed override Type RequestType => typeof(TRequest);

    internal sealed override Type StateType => typeof(TState);

    internal sealed override IReadOnlyList<SagaStep> Steps => steps ??= BuildSteps();

    /// <summary>Checks a request and makes the first state of it. Runs before anything is stored, outside of any transaction.</summary>
    public abstract ValueTask<SagaStart<TState>> StartAsync(TRequest request, IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>What the finished saga shows as <c>result</c>; null shows none. Default none.</summary>
    public virtual object? Result(TState state) => null;

    /// <summary>The steps, in order.</summary>
    protected abstract void Define(SagaBuilder<TState> saga);

    internal sealed override async ValueTask<(object? State, Problem? Refusal)> AcceptAsync(object request, IServiceProvider services, CancellationToken cancellationToken)
    {
        var start = await StartAsync((TRequest)request, services, cancellationToken);
        return (start.State, start.Refusal);
    }

    internal sealed override object? ResultOf(object state) => Result((TState)state);

    private List<SagaStep> BuildSteps()
    {
        var builder = new SagaBuilder<TState>();
        Define(builder);
        return builder.Build();
    }
}

/// <summary>The answer to a request for a saga: its first state, or a refusal. Both convert by themselves.</summary>
public readonly record struct SagaStart<TState>(TState? State, Problem? Refusal)
    where TState : notnull
{
    /// <summary>Accepted.</summary>
    public static implicit operator SagaStart<TState>(TState state) => new(state, null);

    /// <summary>Refused; nothing is stored.</summary>
    public static implicit operator SagaStart<TState>(Problem refusal) => new(default, refusal);
}
