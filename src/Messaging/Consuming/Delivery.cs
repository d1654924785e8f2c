using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Consuming;

/// <summary>One message on its way to one handler.</summary>
/// <param name="Envelope">The message.</param>
/// <param name="Handler">The handler.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Parked">Its row in the parked table; null on the first attempt.</param>
internal sealed record Delivery(Envelope Envelope, Handler Handler, int Attempt = 1, long? Parked = null);
