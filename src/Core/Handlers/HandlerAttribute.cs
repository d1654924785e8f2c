namespace Portolan.Core.Handlers;

/// <summary>
/// Marks a static <c>Handle</c> method. Its first parameter is the message; the others are any of the store's
/// <see cref="Database.StoreTransaction"/>, the <see cref="MessageContext"/>, a <see cref="CancellationToken"/>, what
/// <c>LoadAsync</c> of the same class returned for that message, and services. What it returns is published when the
/// transaction commits.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class HandlerAttribute : Attribute
{
    /// <summary>
    /// True where handling a message twice does no harm by nature (an upsert, a set): no inbox row is written then.
    /// Default false: duplicates stop at the inbox.
    /// </summary>
    public bool Idempotent { get; set; }
}
