using System.Collections.Frozen;
using Portolan.Sagas.Coordination;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>The sagas of this service by name.</summary>
public sealed class SagaCatalogue(IEnumerable<SagaDefinition> definitions)
{
    private readonly FrozenDictionary<string, SagaDefinition> byName =
        definitions.ToFrozenDictionary(definition => definition.Name, StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<SagaDefinition> All => byName.Values;

    /// <summary>One, or null.</summary>
    public SagaDefinition? Find(string name) => byName.GetValueOrDefault(name);

    internal SagaDefinition Get(string name) => Find(name) ?? throw new UnknownSagaException(name);
}
