using System.Text.Json;
using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas.Coordination;

/// <summary>What the outcome of a step makes of its saga. Nothing here touches the store.</summary>
internal sealed partial class SagaCoordinator
{
    private void Answered(SagaInstance saga, StepRecord step, Reply reply)
    {
        var plan = PlanOf(saga, step);
        if (reply.Rejection is null)
        {
            if (plan.Fold is { } fold && reply.Value is { } value)
            {
                saga.State = fold.Apply(saga.State, value.Deserialize(json.TypeInfo(fold.ReplyType))!);
            }

            Complete(saga, step);
        }
        else if (plan.Kind == StepKind.Retriable)
        {
            step.Round++;
            Again(saga, step, reply.Rejection, Waiting.ForwardRetry);
        }
        else
        {
            TurnBack(saga, step, reply.Rejection);
        }
    }

    private void TimedOut(SagaInstance saga, StepRecord step)
    {
        var reason = new Rejection("TIMEOUT", $"{step.Name} was not answered in time.");
        if (saga.WaitsFor == Waiting.CompensationReply)
        {
            Again(saga, step, reason, Waiting.CompensationRetry);
        }
        else if (PlanOf(saga, step).Kind == StepKind.Compensable)
        {
            step.IsUncertain = true;
            TurnBack(saga, step, reason);
            Defer(saga);
        }
        else
        {
            Again(saga, step, reason, Waiting.ForwardRetry);
        }
    }

    private void Complete(SagaInstance saga, StepRecord step)
    {
        step.Status = StepStatus.Completed;
        step.Error = null;
        step.CompletedAt = clock.GetUtcNow();
        Ready(saga);
    }

    private static void TurnBack(SagaInstance saga, StepRecord failed, Rejection reason)
    {
        failed.Status = StepStatus.Failed;
        failed.Error = reason;
        saga.Status = SagaStatus.Compensating;
        foreach (var step in saga.Steps.Where(step => step.Status == StepStatus.Pending))
        {
            step.Status = StepStatus.Skipped;
        }

        Ready(saga);
    }

    private void Compensated(SagaInstance saga, StepRecord step, Rejection? rejection)
    {
        if (rejection is not null)
        {
            step.Round++;
            Again(saga, step, rejection, Waiting.CompensationRetry);
            return;
        }

        step.Compensation = PlanOf(saga, step).CompensationName;
        if (step.IsUncertain)
        {
            // It keeps the reason why it failed.
            step.IsUncertain = false;
        }
        else
        {
            step.Status = StepStatus.Compensated;
            step.Error = null;
        }

        Ready(saga);
    }

    private static void Ready(SagaInstance saga)
    {
        saga.Attempt = 1;
        saga.Due = null;
        saga.WaitsFor = Waiting.Nothing;
    }

    // Leaves the next step to the timers, in a transaction of its own.
    private void Defer(SagaInstance saga)
    {
        if (saga is { Status: SagaStatus.Running or SagaStatus.Compensating, WaitsFor: Waiting.Nothing, CurrentStep: not null })
        {
            saga.WaitsFor = saga.Status == SagaStatus.Running ? Waiting.ForwardRetry : Waiting.CompensationRetry;
            saga.Due = clock.GetUtcNow() + options.FirstDelay;
        }
    }

    private void Again(SagaInstance saga, StepRecord step, Rejection reason, string waitsFor)
    {
        saga.WaitsFor = waitsFor;
        if (step.Status != StepStatus.Failed)
        {
            step.Error = reason;
        }

        if (saga.Attempt >= options.MaximumAttempts)
        {
            saga.Status = SagaStatus.NeedsAttention;
            saga.Due = null;
            Log.NeedsAttention(logger, saga.Name, saga.Id, step.Name, saga.Attempt, reason.Code, reason.Message);
            return;
        }

        saga.Due = clock.GetUtcNow() + options.DelayAfter(saga.Attempt);
        saga.Attempt++;
    }
}
