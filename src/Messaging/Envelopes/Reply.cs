using System.Text.Json;
using System.Text.Json.Serialization;
using Portolan.Core.Handlers;

namespace Portolan.Messaging.Envelopes;

/// <summary>How a command went, to whoever asked by its <c>replyto</c> header.</summary>
/// <param name="Token">What the asker had put into <c>replytoken</c>.</param>
/// <param name="Rejection">Null when it succeeded.</param>
/// <param name="Value">The first thing the handler returned; null when it returned nothing.</param>
public sealed record Reply(string Token, Rejection? Rejection, JsonElement? Value)
{
    /// <summary>Name on the wire.</summary>
    public const string TypeName = "portolan.reply.v1";
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Reply))]
internal sealed partial class ReplyJson : JsonSerializerContext;
