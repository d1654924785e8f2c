using Portolan.Generators.Handlers;
using Portolan.Generators.Messages;
using Portolan.Generators.Sagas;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Emission;

/// <summary>What the compilation is, as far as the generator minds.</summary>
internal sealed record Target(bool IsExecutable, bool HasHost, bool HasSagas);

/// <summary>Everything that was found sound in a service, in an order that does not depend on the order of its files.</summary>
internal sealed record ServiceParts(EquatableArray<MessagePart> Messages, EquatableArray<HandlerPart> Handlers, EquatableArray<SagaPart> Sagas)
{
    public static ServiceParts Of(IEnumerable<MessagePart> messages, IEnumerable<HandlerPart> handlers, IEnumerable<SagaPart> sagas)
    {
        var byName = handlers.GroupBy(handler => handler.Name).Select(group => group.First()).OrderBy(handler => handler.Name, StringComparer.Ordinal).ToList();
        // A handler's message may live in another assembly, where the search for attributes does not look.
        var all = messages.Concat(byName.Select(handler => handler.Message))
            .OrderBy(message => message.Type, StringComparer.Ordinal)
            .GroupBy(message => message.Type).Select(group => group.First())
            .GroupBy(message => message.Name).Select(group => group.First());
        return new(all.ToEquatableArray(), byName.ToEquatableArray(), sagas.Distinct().OrderBy(saga => saga.Class, StringComparer.Ordinal).ToEquatableArray());
    }
}
