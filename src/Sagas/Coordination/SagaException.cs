namespace Portolan.Sagas.Coordination;

/// <summary>Root of what sagas throw.</summary>
public abstract class SagaException(string message) : Exception(message);

/// <summary>Two transitions met; the later one is tried again.</summary>
public sealed class SagaConflictException(Guid sagaId) : SagaException($"Saga {sagaId} moved on meanwhile.")
{
    /// <summary>The saga.</summary>
    public Guid SagaId { get; } = sagaId;
}

/// <summary>A stored saga has no definition any more.</summary>
public sealed class UnknownSagaException(string name) : SagaException($"There is no saga named {name} in this service. Keep a definition until its last saga has ended.")
{
    /// <summary>Name of the definition.</summary>
    public string Name { get; } = name;
}
