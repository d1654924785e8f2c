using System.Text.Json.Serialization;
using Portolan.Core.Handlers;

namespace Portolan.Sagas.Coordination;

/// <summary>Status of a saga, in the words of its HTTP resource.</summary>
public static class SagaStatus
{
    /// <summary>Going forward.</summary>
    public const string Running = "running";

    /// <summary>Every step succeeded.</summary>
    public const string Completed = "completed";

    /// <summary>Undoing.</summary>
    public const string Compensating = "compensating";

    /// <summary>Everything was undone.</summary>
    public const string Compensated = "compensated";

    /// <summary>It can go neither way by itself: an operator retries or skips the step.</summary>
    public const string NeedsAttention = "needs-attention";
}

/// <summary>Status of a step, in the words of the HTTP resource.</summary>
public static class StepStatus
{
    /// <summary>Not reached yet.</summary>
    public const string Pending = "pending";

    /// <summary>Its command is on the way.</summary>
    public const string Running = "running";

    /// <summary>Done.</summary>
    public const string Completed = "completed";

    /// <summary>Refused or timed out.</summary>
    public const string Failed = "failed";

    /// <summary>Done and undone.</summary>
    public const string Compensated = "compensated";

    /// <summary>Never reached because an earlier step failed.</summary>
    public const string Skipped = "skipped";
}

/// <summary>One step of a running saga.</summary>
public sealed class StepRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="StepStatus"/>.</summary>
    public required string Status { get; set; }

    /// <summary>When it succeeded.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Name of the compensating action, once it ran.</summary>
    public string? Compensation { get; set; }

    /// <summary>Why it failed.</summary>
    public Rejection? Error { get; set; }

    /// <summary>It failed without an answer, so it may have happened: it is undone like one that did.</summary>
    public bool IsUncertain { get; set; }

    /// <summary>Refusals so far of the direction it goes: each makes a new command, a time-out sends the same one again.</summary>
    public int Round { get; set; }
}

/// <summary>What a saga waits for.</summary>
internal static class Waiting
{
    public const string Nothing = "";
    public const string ForwardReply = "forward-reply";
    public const string ForwardRetry = "forward-retry";
    public const string CompensationReply = "compensation-reply";
    public const string CompensationRetry = "compensation-retry";
}

/// <summary>A saga as it is stored.</summary>
public sealed class SagaInstance
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its definition's name.</summary>
    public required string Name { get; init; }

    /// <summary>See <see cref="SagaStatus"/>.</summary>
    public required string Status { get; set; }

    /// <summary>Every step of the definition, in order.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last moved.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The definition's state.</summary>
    public required object State { get; set; }

    /// <summary>The step it is at; null once it has ended.</summary>
    public string? CurrentStep => Status switch
    {
        SagaStatus.Running => Steps.FirstOrDefault(step => step.Status is StepStatus.Running or StepStatus.Pending)?.Name,
        SagaStatus.Compensating => Steps.LastOrDefault(NeedsCompensation)?.Name,
        SagaStatus.NeedsAttention => (Steps.FirstOrDefault(step => step.Status is StepStatus.Running) ?? Steps.LastOrDefault(NeedsCompensation))?.Name,
        _ => null,
    };

    /// <summary>The step that made it turn back; null while none did.</summary>
    public StepRecord? FailedStep => Steps.FirstOrDefault(step => step.Status == StepStatus.Failed);

    internal long Version { get; init; }

    internal string WaitsFor { get; set; } = Waiting.Nothing;

    internal int Attempt { get; set; } = 1;

    internal DateTimeOffset? Due { get; set; }

    internal string? CallbackUrl { get; init; }

    internal static bool NeedsCompensation(StepRecord step) => step.Status == StepStatus.Completed || step.IsUncertain;
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(IReadOnlyList<StepRecord>))]
[JsonSerializable(typeof(List<StepRecord>))]
internal sealed partial class StepsJson : JsonSerializerContext;
