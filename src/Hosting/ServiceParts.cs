using System.Reflection;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Sagas;

namespace Portolan.Hosting;

/// <summary>What the source generator found in a service; generated code makes it.</summary>
public sealed class ServiceParts(Assembly assembly, IReadOnlyList<MessageType> messages, IReadOnlyList<Handler> handlers, IReadOnlyList<SagaDefinition> sagas)
{
    /// <summary>The service's assembly; its embedded <c>Migrations/*.sql</c> are applied at start.</summary>
    public Assembly Assembly { get; } = assembly;

    /// <summary>Message types.</summary>
    public IReadOnlyList<MessageType> Messages { get; } = messages;

    /// <summary>Handlers.</summary>
    public IReadOnlyList<Handler> Handlers { get; } = handlers;

    /// <summary>Saga definitions.</summary>
    public IReadOnlyList<SagaDefinition> Sagas { get; } = sagas;
}
