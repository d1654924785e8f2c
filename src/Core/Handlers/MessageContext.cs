namespace Portolan.Core.Handlers;

/// <summary>The message a handler runs for, and what came with it.</summary>
/// <param name="Message">The message itself.</param>
/// <param name="MessageId">The same at every attempt and every duplicate.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Headers">Headers as they travelled; empty for a direct call.</param>
/// <param name="Services">Services of this handling; a scope of its own.</param>
public sealed record MessageContext(
    object Message, Guid MessageId, int Attempt, IReadOnlyDictionary<string, string> Headers, IServiceProvider Services);
