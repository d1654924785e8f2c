using System.Text.Json;

namespace Portolan.Composition;

/// <summary>What a part can see: the input of the composition, and the parts it depends on.</summary>
public sealed class PartContext
{
    private readonly IReadOnlyDictionary<string, JsonElement> parts;

    internal PartContext(object? input, IReadOnlyDictionary<string, JsonElement> parts)
    {
        Input = input;
        this.parts = parts;
    }

    /// <summary>What the composition was run with.</summary>
    public object? Input { get; }

    /// <summary>The value of a part that this one depends on.</summary>
    /// <exception cref="KeyNotFoundException">It does not depend on that part.</exception>
    public JsonElement this[string part] => parts[part];
}
