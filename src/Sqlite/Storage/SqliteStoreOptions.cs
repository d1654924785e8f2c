namespace Portolan.Sqlite.Storage;

/// <summary>Tuning of one store file.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The database file; its folder is made when missing.</summary>
    public required string Path { get; init; }

    /// <summary>Writes that share one commit at most. Default 64.</summary>
    public int MaximumBatch { get; init; } = 64;

    /// <summary>A commit waits for no further write once this has passed since it began. Default 10 ms.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a write waits for other processes before it fails. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one write may hold the writer before it is rolled back. Default 30 s.</summary>
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections that read at the same time. Default 4.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>Writes that may wait for the writer; further callers wait for a place. Default 10,000.</summary>
    public int QueueLength { get; init; } = 10_000;
}
