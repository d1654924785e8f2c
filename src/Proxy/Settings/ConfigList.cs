using System.Collections;
using System.Runtime.CompilerServices;

namespace Portolan.Proxy.Settings;

/// <summary>A list that equals another of the same elements, so that the records of a configuration compare as values.</summary>
[CollectionBuilder(typeof(ConfigList), nameof(ConfigList.Of))]
public sealed class ConfigList<T>(IEnumerable<T> items) : IReadOnlyList<T>, IEquatable<ConfigList<T>>
{
    private readonly T[] items = [.. items];

    /// <inheritdoc />
    public int Count => items.Length;

    /// <inheritdoc />
    public T this[int index] => items[index];

    /// <summary>The elements of an array, copied.</summary>
    public static implicit operator ConfigList<T>(T[] items) => new(items);

    /// <inheritdoc />
    public bool Equals(ConfigList<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.items);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ConfigList<T>);

    /// <inheritdoc />
    public override int GetHashCode() => items.Aggregate(items.Length, HashCode.Combine);

    /// <inheritdoc />
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
}

/// <summary>Makes a <see cref="ConfigList{T}"/> of a collection expression.</summary>
public static class ConfigList
{
    /// <summary>The elements, copied.</summary>
    public static ConfigList<T> Of<T>(ReadOnlySpan<T> items) => new(items.ToArray());
}
