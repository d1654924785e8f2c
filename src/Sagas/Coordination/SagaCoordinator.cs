using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Outbox;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas.Coordination;

/// <summary>
/// Moves sagas. Every transition is one transaction: the saga's row, its local steps' rows and the next command commit
/// together, so any instance can pick the saga up at any time.
/// </summary>
internal sealed partial class SagaCoordinator(
    SagaCatalogue sagas, MessageCatalogue messages, SagaStore store, OutboxWriter outbox, MessageJson json,
    SagaOptions options, TimeProvider clock, ILogger<SagaCoordinator> logger)
{
    /// <summary>Runs a new saga up to its first wait.</summary>
    public async ValueTask StartAsync(StoreTransaction transaction, SagaInstance saga)
    {
        await AdvanceAsync(transaction, saga);
        await store.InsertAsync(transaction, saga);
    }

    /// <summary>Takes an answer. One that the saga does not wait for (late, double) changes nothing.</summary>
    /// <param name="transaction">The transaction of the transition.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="attempt">Which attempt at taking this answer it is; 1 for the first.</param>
    public async ValueTask ReplyAsync(StoreTransaction transaction, Reply reply, int attempt)
    {
        if (!ReplyToken.TryParse(reply.Token, out var token) || await store.FindAsync(transaction, token.SagaId) is not { } saga)
        {
            Log.UnknownReply(logger, reply.Token);
            return;
        }

        if (StepAt(saga, token.Step) is not { } step || !IsAwaited(saga, step, token))
        {
            return;
        }

        // The answer to a step that was given up is still the better news.
        saga.Status = token.IsCompensation ? SagaStatus.Compensating : SagaStatus.Running;
        if (token.IsCompensation)
        {
            Compensated(saga, step, reply.Rejection);
        }
        else
        {
            Answered(saga, step, reply);
        }

        if (attempt > 1)
        {
            // What follows threw, and took the answer back with it: keep the answer, and let the timers try what follows.
            Defer(saga);
        }

        await MoveAsync(transaction, saga);
    }

    /// <summary>Acts on a saga whose time has come: a retry, or an answer that did not arrive.</summary>
    public async ValueTask DueAsync(StoreTransaction transaction, Guid id)
    {
        if (await FindDueAsync(transaction, id) is not { } saga)
        {
            return;
        }

        if (saga.WaitsFor is Waiting.ForwardReply or Waiting.CompensationReply)
        {
            TimedOut(saga, Current(saga));
        }

        await MoveAsync(transaction, saga);
    }

    /// <summary>Counts an attempt that threw: the saga is tried again later, and in the end needs attention.</summary>
    public async ValueTask FailedAsync(StoreTransaction transaction, Guid id, Exception error)
    {
        if (await FindDueAsync(transaction, id) is not { } saga)
        {
            return;
        }

        var step = Current(saga);
        var compensating = saga.Status == SagaStatus.Compensating;
        step.Status = compensating ? step.Status : StepStatus.Running;
        var reason = new Rejection("EXCEPTION", $"{step.Name} threw {error.GetType().Name}; the service's log has the details.");
        Again(saga, step, reason, compensating ? Waiting.CompensationRetry : Waiting.ForwardRetry);
        await store.UpdateAsync(transaction, saga);
    }

    /// <summary>An operator's decision on a saga that needs attention: try its step again, or take it as done. False when it needs none.</summary>
    public async ValueTask<bool> ResumeAsync(StoreTransaction transaction, Guid id, bool skip)
    {
        if (await store.FindAsync(transaction, id) is not { Status: SagaStatus.NeedsAttention } saga)
        {
            return false;
        }

        var step = Current(saga);
        var compensating = saga.WaitsFor == Waiting.CompensationRetry;
        saga.Status = compensating ? SagaStatus.Compensating : SagaStatus.Running;
        saga.Attempt = 1;
        if (skip)
        {
            if (compensating)
            {
                Compensated(saga, step, null);
            }
            else
            {
                Complete(saga, step);
            }
        }

        await MoveAsync(transaction, saga);
        return true;
    }

    private async ValueTask<SagaInstance?> FindDueAsync(StoreTransaction transaction, Guid id) =>
        await store.FindAsync(transaction, id) is { Due: { } due } saga && due <= clock.GetUtcNow() ? saga : null;

    // A step that was asked again for want of an answer may still be answered, and even one that was given up.
    private static bool IsAwaited(SagaInstance saga, StepRecord step, ReplyToken token) =>
        step.Name == saga.CurrentStep
        && step.Round == token.Round
        && (token.IsCompensation
            ? saga.WaitsFor is Waiting.CompensationReply or Waiting.CompensationRetry
            : saga.WaitsFor is Waiting.ForwardReply or Waiting.ForwardRetry);

    private async ValueTask MoveAsync(StoreTransaction transaction, SagaInstance saga)
    {
        if (saga.Status is SagaStatus.Running or SagaStatus.Compensating && (saga.Due is null || saga.Due <= clock.GetUtcNow()))
        {
            await AdvanceAsync(transaction, saga);
        }

        await store.UpdateAsync(transaction, saga);
    }

    // Runs local steps until there is something to wait for.
    private async ValueTask AdvanceAsync(StoreTransaction transaction, SagaInstance saga)
    {
        saga.Due = null;
        saga.WaitsFor = Waiting.Nothing;
        while (saga is { Status: SagaStatus.Running or SagaStatus.Compensating, WaitsFor: Waiting.Nothing })
        {
            if (saga.CurrentStep is null)
            {
                await FinishAsync(transaction, saga);
                return;
            }

            await RunAsync(transaction, saga, Current(saga));
        }
    }

    private async ValueTask RunAsync(StoreTransaction transaction, SagaInstance saga, StepRecord step)
    {
        var plan = PlanOf(saga, step);
        var compensating = saga.Status == SagaStatus.Compensating;
        var action = (compensating ? plan.Compensation : plan.Forward)!;
        if (!compensating)
        {
            step.Status = StepStatus.Running;
        }

        if (action.Local is not null)
        {
            var rejection = await action.Local(saga.State, new SagaContext(saga.Id, transaction, saga.FailedStep?.Error, outbox, clock.GetUtcNow()));
            if (compensating)
            {
                Compensated(saga, step, rejection);
            }
            else
            {
                Answered(saga, step, new Reply("", rejection, null));
            }

            return;
        }

        var token = new ReplyToken(saga.Id, IndexOf(saga, step), compensating, step.Round);
        var headers = new Dictionary<string, string>
        {
            [EnvelopeHeaders.ReplyTo] = messages.Service,
            [EnvelopeHeaders.ReplyToken] = token.ToString(),
            [EnvelopeHeaders.SagaStep] = $"{saga.Id}/{step.Name}/{(compensating ? "compensate" : "forward")}",
        };
        await outbox.AddAsync(transaction, action.Command!(saga.State), headers, token.MessageId);
        saga.WaitsFor = compensating ? Waiting.CompensationReply : Waiting.ForwardReply;
        saga.Due = clock.GetUtcNow() + plan.Timeout;
    }

    private async ValueTask FinishAsync(StoreTransaction transaction, SagaInstance saga)
    {
        saga.Status = saga.Status == SagaStatus.Running ? SagaStatus.Completed : SagaStatus.Compensated;
        if (saga.CallbackUrl is { } url)
        {
            await outbox.AddAsync(transaction, new SagaEnded(saga.Id, url));
        }
    }

    private SagaStep PlanOf(SagaInstance saga, StepRecord step) =>
        sagas.Get(saga.Name).Steps.FirstOrDefault(plan => plan.Name == step.Name) ?? throw new UnknownSagaException($"{saga.Name} with a step {step.Name}");

    private static StepRecord Current(SagaInstance saga) => saga.Steps.First(step => step.Name == saga.CurrentStep);

    private static StepRecord? StepAt(SagaInstance saga, int index) => index >= 0 && index < saga.Steps.Count ? saga.Steps[index] : null;

    private static int IndexOf(SagaInstance saga, StepRecord step) =>
        Enumerable.Range(0, saga.Steps.Count).First(index => ReferenceEquals(saga.Steps[index], step));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "SagaNeedsAttention",
            Message = "Saga {Name} {SagaId} needs attention: {Step} failed {Attempts} times ({Code}: {Reason}). Retry or skip it: portolan saga retry|skip {SagaId}")]
        public static partial void NeedsAttention(ILogger logger, string name, Guid sagaId, string step, int attempts, string code, string reason);

        [LoggerMessage(Level = LogLevel.Warning, EventName = "UnknownReply", Message = "An answer came for {Token}, which is no saga of this service")]
        public static partial void UnknownReply(ILogger logger, string token);
    }
}
