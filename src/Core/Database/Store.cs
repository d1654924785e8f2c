namespace Portolan.Core.Database;

/// <summary>A service's own database. One adapter a technology; rooms write their SQL against this.</summary>
public abstract class Store : IAsyncDisposable
{
    /// <summary>Where it is, for people: never carries a password.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and returns when it is durable. An exception rolls it back and comes out here.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store could not be written in time, or is full or broken.</exception>
    public abstract ValueTask<T> WriteAsync<T>(Func<StoreTransaction, ValueTask<T>> work, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="work"/> on a consistent view that sees every commit acknowledged before.</summary>
    public abstract ValueTask<T> ReadAsync<T>(Func<StoreSession, ValueTask<T>> work, CancellationToken cancellationToken = default);

    /// <summary>Applies, in order and each once, the migrations not yet applied; several instances may start at the same time.</summary>
    /// <exception cref="MigrationException">A migration failed, or one that was applied has been changed since.</exception>
    public abstract ValueTask MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken = default);

    /// <summary>
    /// A lock among all processes that use this store; null when another holds it. It is held until disposed, or until the
    /// process ends in whatever way: it has no lease that could run out under its holder.
    /// </summary>
    public abstract ValueTask<IAsyncDisposable?> TryLockAsync(string name, CancellationToken cancellationToken = default);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
