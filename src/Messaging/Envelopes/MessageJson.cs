using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portolan.Messaging.Envelopes;

/// <summary>Messages to and from JSON: by the contexts the user supplied, by reflection where that is available.</summary>
public sealed class MessageJson
{
    private readonly JsonSerializerOptions options;

    /// <summary>Web defaults (camelCase, case-insensitive), the given contexts first.</summary>
    public MessageJson(IEnumerable<IJsonTypeInfoResolver> contexts)
    {
        options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine([.. contexts, ReplyJson.Default, Reflection()]),
        };
        options.MakeReadOnly();
    }

    /// <summary>The contract of a type.</summary>
    /// <exception cref="NotSupportedException">No context knows it and reflection is off.</exception>
    public JsonTypeInfo TypeInfo(Type type) => options.GetTypeInfo(type);

    /// <summary>A message as UTF-8 JSON.</summary>
    public byte[] Serialize(object message) => JsonSerializer.SerializeToUtf8Bytes(message, TypeInfo(message.GetType()));

    /// <summary>A message from UTF-8 JSON.</summary>
    /// <exception cref="JsonException">The body is not JSON, is <c>null</c>, or does not fit the type.</exception>
    public object Deserialize(ReadOnlySpan<byte> body, Type type) =>
        JsonSerializer.Deserialize(body, TypeInfo(type)) ?? throw new JsonException("The body is null.");

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where the application left reflection on; trimmed ones supply contexts.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where the application left reflection on; compiled ones supply contexts.")]
    private static IJsonTypeInfoResolver? Reflection() =>
        JsonSerializer.IsReflectionEnabledByDefault ? JsonSerializerOptions.Default.TypeInfoResolver : null;
}
