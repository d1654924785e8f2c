namespace Portolan.Core.Database;

/// <summary>Root of what a store throws by itself.</summary>
public abstract class StoreException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The store could not be used now: locked for too long, full, broken, or gone. Trying again later may work.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>The schema could not be brought up to date; nothing of the failed migration remains.</summary>
public sealed class MigrationException(string migration, string message, Exception? inner = null) : StoreException(message, inner)
{
    /// <summary>Name of the migration.</summary>
    public string Migration { get; } = migration;
}

/// <summary>A write held the store for longer than allowed and was rolled back: the work in it is at fault, not the store.</summary>
public sealed class StoreHeldException(string message, Exception? inner = null) : StoreException(message, inner);
