using System.Collections.Frozen;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;

namespace Portolan.Messaging;

/// <summary>What this service says and hears: its message types and the handlers of each.</summary>
public sealed class MessageCatalogue
{
    private readonly FrozenDictionary<Type, MessageType> byType;
    private readonly FrozenDictionary<string, Subscription> byName;

    /// <summary>Takes what the source generator found and what rooms add.</summary>
    public MessageCatalogue(string service, IEnumerable<MessageType> messages, IEnumerable<Handler> handlers)
    {
        Service = service;
        byType = messages.ToFrozenDictionary(message => message.Type);
        byName = handlers.GroupBy(handler => byType[handler.Message])
            .ToFrozenDictionary(group => group.Key.Name, group => new Subscription(group.Key, [.. group]), StringComparer.Ordinal);
    }

    /// <summary>This service's name.</summary>
    public string Service { get; }

    /// <summary>Wire names of the events this service subscribes to.</summary>
    public IEnumerable<string> Events =>
        byName.Values.Where(subscription => subscription.Message.Kind == MessageKind.Event).Select(subscription => subscription.Message.Name);

    /// <summary>Commands that would go nowhere, each with the fix; empty when there are none.</summary>
    public IEnumerable<string> Errors() =>
        from message in byType.Values
        where message is { Kind: MessageKind.Command, Destination: null } && !byName.ContainsKey(message.Name)
        select $"Command {message.Type.Name} ({message.Name}) has no destination: name the service that handles it, "
            + $"[Command(\"{message.Name}\", To = \"…\")], or add a [Handler] for it to {Service}.";

    /// <summary>True where this service has to look at such a message.</summary>
    public bool Wants(string type, string? destination) =>
        destination is null ? byName.ContainsKey(type) : string.Equals(destination, Service, StringComparison.Ordinal);

    internal Subscription? Find(string name) => byName.GetValueOrDefault(name);

    internal MessageType? Find(Type type) => byType.GetValueOrDefault(type);
}

/// <summary>A message type and who handles it here.</summary>
internal sealed record Subscription(MessageType Message, IReadOnlyList<Handler> Handlers);
