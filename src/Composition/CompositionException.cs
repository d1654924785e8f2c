namespace Portolan.Composition;

/// <summary>Parts that cannot be put together.</summary>
public sealed class CompositionException(IReadOnlyList<string> errors)
    : Exception("The composition cannot be built:\n" + string.Join('\n', errors))
{
    /// <summary>Everything that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
