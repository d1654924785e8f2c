using Portolan.Core.Handlers;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>One step, and the way to the next.</summary>
public sealed class StepBuilder<TState>
    where TState : notnull
{
    private readonly SagaBuilder<TState> saga;
    private readonly string name;
    private readonly StepKind kind;
    private StepAction? forward;
    private string? compensationName;
    private StepAction? compensation;
    private ReplyFold? fold;
    private TimeSpan? timeout;

    internal StepBuilder(SagaBuilder<TState> saga, string name, StepKind kind)
    {
        this.saga = saga;
        this.name = name;
        this.kind = kind;
    }

    /// <summary>Sends a command to the service that does the step, and waits for its answer.</summary>
    public StepBuilder<TState> Do(Func<TState, object> command)
    {
        forward = Remote(command);
        return this;
    }

    /// <summary>Does the step here, in the saga's own transaction. A rejection fails the step; an exception is retried.</summary>
    public StepBuilder<TState> Do(Func<TState, SagaContext, ValueTask<Rejection?>> action)
    {
        forward = Local(action);
        return this;
    }

    /// <summary>Undoes the step by a command. It must bear being sent twice, and before the step itself arrives.</summary>
    public StepBuilder<TState> Compensate(string compensationName, Func<TState, object> command) => Compensated(compensationName, Remote(command));

    /// <summary>Undoes the step here, in the saga's own transaction.</summary>
    public StepBuilder<TState> Compensate(string compensationName, Func<TState, SagaContext, ValueTask<Rejection?>> action) =>
        Compensated(compensationName, Local(action));

    /// <summary>Takes the answer to the step's command into the state.</summary>
    public StepBuilder<TState> Then<TReply>(Func<TState, TReply, TState> apply)
        where TReply : notnull
    {
        fold = new ReplyFold(typeof(TReply), (state, reply) => apply((TState)state, (TReply)reply));
        return this;
    }

    /// <summary>
    /// How long to wait for the answer. Before the pivot the step then counts as failed and is undone with the others;
    /// from the pivot on the command is sent again, and so is a compensation's; the other side does it once. Default: as long as it takes.
    /// </summary>
    public StepBuilder<TState> Timeout(TimeSpan value)
    {
        timeout = value;
        return this;
    }

    /// <inheritdoc cref="SagaBuilder{TState}.Step"/>
    public StepBuilder<TState> Step(string name) => saga.Step(name);

    /// <inheritdoc cref="SagaBuilder{TState}.Pivot"/>
    public StepBuilder<TState> Pivot(string name) => saga.Pivot(name);

    /// <inheritdoc cref="SagaBuilder{TState}.Retriable"/>
    public StepBuilder<TState> Retriable(string name) => saga.Retriable(name);

    internal SagaStep Build() => new(name, kind, forward, compensationName, compensation, fold, timeout);

    private static StepAction Remote(Func<TState, object> command) => new(state => command((TState)state), null);

    private static StepAction Local(Func<TState, SagaContext, ValueTask<Rejection?>> action) => new(null, (state, context) => action((TState)state, context));

    private StepBuilder<TState> Compensated(string name, StepAction action)
    {
        compensationName = name;
        compensation = action;
        return this;
    }
}
