using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Database;
using Portolan.Messaging.Consuming;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Idempotency;
using Portolan.Messaging.Outbox;
using Portolan.Messaging.Parking;
using Portolan.Messaging.Signals;

namespace Portolan.Messaging;

/// <summary>Registers the room. The store, the transport, the catalogue, the JSON contracts and the options come from outside.</summary>
public static class MessagingServices
{
    /// <summary>Tables of this room.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Embedded(typeof(MessagingServices).Assembly, "messaging");

    /// <summary>Adds the bus, the relay, the consumer, dead letters and idempotency keys.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services) => services
        .AddSingleton<RelaySignal>()
        .AddSingleton<ParkedSignal>()
        .AddSingleton<OutboxWriter>()
        .AddSingleton<IMessageBus, MessageBus>()
        .AddSingleton<OutboxRelay>()
        .AddSingleton<Inbox>()
        .AddSingleton<ParkedMessages>()
        .AddSingleton(provider => new DeadLetterStore(
            provider.GetRequiredService<Store>(), provider.GetRequiredService<ParkedMessages>(),
            provider.GetRequiredService<ParkedSignal>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<Replies>()
        .AddSingleton<FailedDeliveries>()
        .AddSingleton<MessageHandling>()
        .AddSingleton<MessageConsumer>()
        .AddSingleton<ParkedRetries>()
        .AddSingleton<Housekeeping>()
        .AddSingleton<IdempotencyKeys>()
        .AddSingleton(provider => new MessagingRuntime(
            provider.GetRequiredService<OutboxRelay>(), provider.GetRequiredService<MessageConsumer>(),
            provider.GetRequiredService<ParkedRetries>(), provider.GetRequiredService<Housekeeping>()));
}
