namespace Portolan.Sqlite.Bus;

/// <summary>Tuning of the bus of one machine.</summary>
public sealed class SqliteBusOptions
{
    /// <summary>Folder shared by all services of the system.</summary>
    public required string Folder { get; init; }

    /// <summary>This service: its log is <c>{Service}.db</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Messages read at a time from one log. Default 100.</summary>
    public int ReadBatch { get; init; } = 100;

    /// <summary>Longest time between two looks at a log when no doorbell rings. Default 1 s.</summary>
    public TimeSpan IdlePoll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Age after which a message leaves its log, received or not. Default 7 days.</summary>
    public TimeSpan RetentionAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Size of a log above which its oldest messages leave. Default 1 GiB.</summary>
    public long RetentionBytes { get; init; } = 1L << 30;
}
