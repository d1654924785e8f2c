using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portolan.Messaging.Envelopes;

/// <summary>Names of the headers Portolan sets. Lower-case letters only, as CloudEvents wants of its extensions.</summary>
public static partial class EnvelopeHeaders
{
    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The user action; see Core's correlation context.</summary>
    public const string CorrelationId = "correlationid";

    /// <summary>The hop that sent it.</summary>
    public const string RequestId = "requestid";

    /// <summary>The feature flags that are on for the user action; see Core's feature flags.</summary>
    public const string FeatureFlags = "featureflags";

    /// <summary>
    /// When nobody waits for the effect any more, as an ISO 8601 moment; see Core's deadline. Only who sends sets it: a message
    /// outlives the request that sent it. It is never dropped for it: its handler runs under a deadline that has passed.
    /// </summary>
    public const string Deadline = "deadline";

    /// <summary>The service that wants to know how a command went.</summary>
    public const string ReplyTo = "replyto";

    /// <summary>Set by who asks, returned with the reply.</summary>
    public const string ReplyToken = "replytoken";

    /// <summary>A saga's step and direction, the same at every attempt: <c>{saga}/{step}/forward</c> or <c>…/compensate</c>.</summary>
    public const string SagaStep = "sagastep";

    internal static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    internal static string ToJson(IReadOnlyDictionary<string, string> headers) =>
        headers.Count == 0 ? "{}" : JsonSerializer.Serialize(headers, HeadersJson.Default.IReadOnlyDictionaryStringString);

    internal static IReadOnlyDictionary<string, string> FromJson(string json) =>
        json == "{}" ? None : JsonSerializer.Deserialize(json, HeadersJson.Default.DictionaryStringString)!;

    [JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
    [JsonSerializable(typeof(Dictionary<string, string>))]
    private sealed partial class HeadersJson : JsonSerializerContext;
}
