using Portolan.Core.Database;

namespace Portolan.Core.Handlers;

/// <summary>Fetches what a handler needs, before and outside its transaction.</summary>
public delegate ValueTask<object?> LoadDelegate(MessageContext context, CancellationToken cancellationToken);

/// <summary>Handles a message inside the store's transaction; what it returns is published when that commits.</summary>
public delegate ValueTask<object?> HandleDelegate(
    MessageContext context, StoreTransaction transaction, object? loaded, CancellationToken cancellationToken);

/// <summary>One handler as the source generator found it.</summary>
/// <param name="Name">Stable name, the class and the message: the inbox remembers by it.</param>
/// <param name="Message">The record it handles.</param>
/// <param name="Load">Null where the class has no <c>LoadAsync</c> for the message.</param>
/// <param name="Handle">The method.</param>
/// <param name="Idempotent">See <see cref="HandlerAttribute.Idempotent"/>.</param>
public sealed record Handler(string Name, Type Message, LoadDelegate? Load, HandleDelegate Handle, bool Idempotent = false);
