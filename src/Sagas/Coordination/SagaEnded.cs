using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Core.Messages;

namespace Portolan.Sagas.Coordination;

/// <summary>Tells this service itself to call back whoever asked to hear of a saga's end.</summary>
internal sealed record SagaEnded(Guid SagaId, string CallbackUrl)
{
    public static MessageType Type { get; } = new("portolan.saga-ended.v1", typeof(SagaEnded), MessageKind.Command, null, null);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SagaEnded))]
internal sealed partial class SagaEndedJson : JsonSerializerContext;
