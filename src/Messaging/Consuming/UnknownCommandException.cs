namespace Portolan.Messaging.Consuming;

/// <summary>A command came to a service that has no handler for it.</summary>
public sealed class UnknownCommandException(string type, string service)
    : Exception($"{service} has no handler for {type}. Add one, or correct the sender's [Command(To = …)], then redrive.");
