using System.Reflection;
using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Core.Messages;
using Portolan.Hosting;
using Portolan.Sagas;

namespace Portolan.Testing;

/// <summary>A service written in the test itself: a stand-in for one that is not under test.</summary>
public sealed class TestParts
{
    private readonly List<MessageType> messages = [];
    private readonly List<Handler> handlers = [];
    private readonly List<SagaDefinition> sagas = [];

    /// <summary>A command this service sends to another, or without <paramref name="to"/> handles itself.</summary>
    public TestParts Command<T>(string name, string? to = null, Func<T, string?>? key = null)
        where T : notnull => Message(name, MessageKind.Command, to, key);

    /// <summary>An event this service publishes or subscribes to.</summary>
    public TestParts Event<T>(string name, Func<T, string?>? key = null)
        where T : notnull => Message(name, MessageKind.Event, null, key);

    /// <summary>A handler that needs the store. What it returns is published, and is the answer to whoever asked for one.</summary>
    public TestParts Handle<T>(Func<T, StoreTransaction, ValueTask<object?>> handle, string handler = "Test", bool idempotent = false)
        where T : notnull => Handle<T>((message, _, store) => handle(message, store), handler, idempotent);

    /// <summary>A handler that needs the message's context too.</summary>
    public TestParts Handle<T>(Func<T, MessageContext, StoreTransaction, ValueTask<object?>> handle, string handler = "Test", bool idempotent = false)
        where T : notnull
    {
        handlers.Add(new Handler(
            $"{handler}.{typeof(T).Name}", typeof(T), null, (context, store, _, _) => handle((T)context.Message, context, store), idempotent));
        return this;
    }

    /// <summary>A handler that does nothing but answer.</summary>
    public TestParts Answer<T>(Func<T, object?> answer, string handler = "Test")
        where T : notnull => Handle<T>((message, _, _) => ValueTask.FromResult(answer(message)), handler);

    /// <summary>A handler as the source generator would describe it.</summary>
    public TestParts Handle(Handler handler)
    {
        handlers.Add(handler);
        return this;
    }

    /// <summary>A saga of this service.</summary>
    public TestParts Saga(SagaDefinition definition)
    {
        sagas.Add(definition);
        return this;
    }

    internal ServiceParts Build() => new(typeof(TestParts).Assembly, messages, handlers, sagas);

    internal static ServiceParts Of(Assembly service) =>
        service.GetType("Portolan.Generated.ServiceCatalogue")?.GetMethod("Parts", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)
            ?.Invoke(null, null) as ServiceParts
        ?? throw new ArgumentException($"{service.GetName().Name} is no Portolan service: its project must reference Portolan.Hosting and be a program.", nameof(service));

    private TestParts Message<T>(string name, MessageKind kind, string? to, Func<T, string?>? key)
        where T : notnull
    {
        messages.Add(new MessageType(name, typeof(T), kind, to, key is null ? null : message => key((T)message)));
        return this;
    }
}
