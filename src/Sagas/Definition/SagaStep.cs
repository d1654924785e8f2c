using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portolan.Core.Handlers;

namespace Portolan.Sagas.Definition;

/// <summary>What may happen to a step that has succeeded.</summary>
internal enum StepKind
{
    /// <summary>It can be undone.</summary>
    Compensable,

    /// <summary>Once it has succeeded there is no way back; when it fails, everything before is undone.</summary>
    Pivot,

    /// <summary>It is tried until it succeeds.</summary>
    Retriable,
}

/// <summary>One direction of a step: a command to another service, or an action in the saga's own transaction.</summary>
internal sealed record StepAction(Func<object, object>? Command, Func<object, SagaContext, ValueTask<Rejection?>>? Local);

/// <summary>Takes what a service answered into the state.</summary>
internal sealed record ReplyFold(Type ReplyType, Func<object, object, object> Apply);

/// <summary>One step as it runs.</summary>
internal sealed record SagaStep(
    string Name, StepKind Kind, StepAction? Forward, string? CompensationName, StepAction? Compensation, ReplyFold? Fold, TimeSpan? Timeout);
