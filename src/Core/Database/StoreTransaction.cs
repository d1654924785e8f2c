namespace Portolan.Core.Database;

/// <summary>
/// A write to the store: all of it commits, or none. Valid only inside the delegate it was handed to, and while it
/// lasts other writers may wait: no remote calls here.
/// </summary>
public abstract class StoreTransaction : StoreSession
{
    /// <summary>Runs a statement. Returns the number of rows it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync(Sql sql, CancellationToken cancellationToken = default);

    /// <summary>Runs <paramref name="action"/> once this is durable; never after a rollback. It must not throw or block.</summary>
    public abstract void OnCommitted(Action action);
}
