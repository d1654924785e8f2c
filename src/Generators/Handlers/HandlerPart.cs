using Portolan.Generators.Messages;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>A sound handler.</summary>
/// <param name="Name">What the inbox remembers it by.</param>
/// <param name="Class">As code, and so is <see cref="Method"/>.</param>
internal sealed record HandlerPart(
    string Name, string Class, string Method, MessagePart Message, bool Idempotent,
    EquatableArray<Argument> Arguments, ResultShape Result, LoadPart? Load);

/// <summary>The LoadAsync that belongs to a handler.</summary>
/// <param name="Type">What it loads, as code with nullability.</param>
internal sealed record LoadPart(string Type, EquatableArray<Argument> Arguments);

/// <summary>What is passed for a parameter.</summary>
/// <param name="Type">Of a service, as code.</param>
/// <param name="Element">Position in a loaded tuple, from 1.</param>
internal sealed record Argument(ArgumentKind Kind, string Type = "", int Element = 0);

internal enum ArgumentKind
{
    Message,
    Transaction,
    Context,
    CancellationToken,
    Loaded,
    LoadedElement,
    Service,
}

/// <summary>How a handler's result gets out of it.</summary>
internal enum ResultShape
{
    Nothing,
    Value,
    Awaited,
    AwaitedValue,
}
