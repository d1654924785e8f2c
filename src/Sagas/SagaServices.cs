using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Messaging.Consuming;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Idempotency;
using Portolan.Sagas.Callbacks;
using Portolan.Sagas.Coordination;
using Portolan.Sagas.Http;
using Portolan.Sagas.Participation;

namespace Portolan.Sagas;

/// <summary>Registers the room. It builds on Messaging; the definitions and the options come from outside.</summary>
public static class SagaServices
{
    private static readonly MessageType ReplyType = new(Reply.TypeName, typeof(Reply), MessageKind.Command, null, null);

    private static readonly Handler ReplyHandler = new(
        "Portolan.Sagas.Reply",
        typeof(Reply),
        null,
        async (context, transaction, _, _) =>
        {
            await context.Services.GetRequiredService<SagaCoordinator>().ReplyAsync(transaction, (Reply)context.Message, context.Attempt);
            return null;
        });

    /// <summary>Tables of this room.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.Embedded(typeof(SagaServices).Assembly, "sagas");

    /// <summary>Messages the room sends to its own service.</summary>
    public static IReadOnlyList<MessageType> Messages { get; } = [ReplyType, SagaEnded.Type];

    /// <summary>Handlers of those messages.</summary>
    public static IReadOnlyList<Handler> Handlers { get; } = [ReplyHandler, CallbackHandler.Handler];

    /// <summary>Contracts of those messages.</summary>
    public static IReadOnlyList<IJsonTypeInfoResolver> Json { get; } = [SagaEndedJson.Default, SagaIdJson.Default];

    /// <summary>Adds the coordinator, its client and its timers, and what a service needs to take part in others' sagas.</summary>
    public static IServiceCollection AddSagas(this IServiceCollection services)
    {
        services.AddHttpClient(CallbackHandler.Client, client => client.Timeout = TimeSpan.FromSeconds(10))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        return services
            .AddSingleton<SagaStore>()
            .AddSingleton<SagaCoordinator>()
            .AddSingleton<SagaTimers>()
            .AddSingleton<SagaResource>()
            .AddSingleton<Tombstones>()
            .AddSingleton<Guard>(provider => provider.GetRequiredService<Tombstones>().CheckAsync)
            .AddSingleton(provider => new SagaClient(
                provider.GetRequiredService<Store>(), provider.GetRequiredService<SagaStore>(), provider.GetRequiredService<SagaCoordinator>(),
                provider.GetRequiredService<IdempotencyKeys>(), provider.GetRequiredService<MessageJson>(), provider, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new SagaRuntime(provider.GetRequiredService<SagaTimers>()));
    }
}
