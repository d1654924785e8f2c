using System.Text.Encodings.Web;
using System.Text.Json;
using Portolan.Core.Handlers;
using Portolan.Messaging;
using Portolan.Messaging.Envelopes;
using Portolan.Sagas.Coordination;

namespace Portolan.Sagas.Http;

/// <summary>Writes a saga as its HTTP resource.</summary>
internal sealed class SagaResource(SagaCatalogue sagas, MessageCatalogue messages, MessageJson json)
{
    /// <summary>The resource as everybody sees it.</summary>
    public byte[] ToJson(SagaInstance saga) => Write(writer => WriteResource(writer, saga, forOperator: false));

    /// <summary>The resource with what an operator wants to know besides.</summary>
    public byte[] ToOperatorJson(SagaInstance saga) => Write(writer => WriteResource(writer, saga, forOperator: true));

    /// <summary>
    /// The answer to a start: the saga as it began. A repetition of the start under its key gets the same bytes, however
    /// far the saga has come.
    /// </summary>
    public static byte[] ToStartedJson(SagaInstance saga) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("sagaId", saga.Id);
        writer.WriteString("status", SagaStatus.Running);
        writer.WriteString("currentStep", saga.Steps[0].Name);
        writer.WriteEndObject();
    });

    /// <summary>Where a saga stands now.</summary>
    public static byte[] ToHeadJson(SagaInstance saga) => Write(writer =>
    {
        writer.WriteStartObject();
        WriteHead(writer, saga);
        writer.WriteEndObject();
    });

    /// <summary>One line each.</summary>
    public byte[] ToListJson(IEnumerable<SagaInstance> list) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("sagas");
        foreach (var saga in list)
        {
            writer.WriteStartObject();
            WriteHead(writer, saga);
            WriteOperatorFields(writer, saga);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return buffer.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter writer, SagaInstance saga)
    {
        writer.WriteString("sagaId", saga.Id);
        writer.WriteString("status", saga.Status);
        if (saga.CurrentStep is { } step)
        {
            writer.WriteString("currentStep", step);
        }
    }

    private void WriteOperatorFields(Utf8JsonWriter writer, SagaInstance saga)
    {
        writer.WriteString("name", saga.Name);
        writer.WriteString("service", messages.Service);
        writer.WriteString("startedAt", saga.StartedAt);
        writer.WriteString("updatedAt", saga.UpdatedAt);
    }

    private void WriteResource(Utf8JsonWriter writer, SagaInstance saga, bool forOperator)
    {
        writer.WriteStartObject();
        WriteHead(writer, saga);
        if (forOperator)
        {
            WriteOperatorFields(writer, saga);
        }

        writer.WriteStartArray("steps");
        foreach (var step in saga.Steps)
        {
            WriteStep(writer, step);
        }

        writer.WriteEndArray();
        if (saga.Status == SagaStatus.Completed && sagas.Find(saga.Name)?.ResultOf(saga.State) is { } result)
        {
            writer.WritePropertyName("result");
            JsonSerializer.Serialize(writer, result, json.TypeInfo(result.GetType()));
        }

        if ((saga.FailedStep ?? Stuck(saga)) is { Error: { } reason } failed)
        {
            writer.WriteStartObject("error");
            writer.WriteString("failedStep", failed.Name);
            writer.WriteString("reason", reason.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static StepRecord? Stuck(SagaInstance saga) =>
        saga.Status == SagaStatus.NeedsAttention ? saga.Steps.FirstOrDefault(step => step.Name == saga.CurrentStep) : null;

    private static void WriteStep(Utf8JsonWriter writer, StepRecord step)
    {
        writer.WriteStartObject();
        writer.WriteString("name", step.Name);
        writer.WriteString("status", step.Status);
        if (step.CompletedAt is { } completedAt)
        {
            writer.WriteString("completedAt", completedAt);
        }

        if (step.Compensation is { } compensation)
        {
            writer.WriteString("compensation", compensation);
        }

        if (step.Error is { } error)
        {
            WriteError(writer, error);
        }

        writer.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter writer, Rejection error)
    {
        writer.WriteStartObject("error");
        writer.WriteString("code", error.Code);
        writer.WriteString("message", error.Message);
        writer.WriteEndObject();
    }
}
