namespace Portolan.Core.Handlers;

/// <summary>
/// A business refusal, returned by a handler: the transaction commits, nothing is retried, and whoever asked
/// (a saga, a caller) is told. An exception, in contrast, rolls back and is retried.
/// </summary>
/// <param name="Code">For programs, such as <c>OUT_OF_STOCK</c>.</param>
/// <param name="Message">For people.</param>
public sealed record Rejection(string Code, string Message);
