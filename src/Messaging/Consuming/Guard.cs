using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Consuming;

/// <summary>
/// Runs before a handler, in its transaction. A rejection stands for the handler's answer, and the handler does not run.
/// </summary>
public delegate ValueTask<Rejection?> Guard(StoreTransaction transaction, Envelope envelope);
