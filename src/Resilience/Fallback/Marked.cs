namespace Portolan.Resilience.Fallback;

/// <summary>
/// A value that knows whether it is the real one. As the type of a pipeline it tells the caller; a real value becomes one
/// by itself.
/// </summary>
/// <param name="Value">The value.</param>
/// <param name="Meta">Null: it is the real one.</param>
public readonly record struct Marked<T>(T Value, FallbackMeta? Meta = null)
{
    /// <summary>True when it stands in for the real one.</summary>
    public bool IsFallback => Meta is not null;

    /// <summary>The real value.</summary>
    public static implicit operator Marked<T>(T value) => new(value);
}
