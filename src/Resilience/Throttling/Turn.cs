namespace Portolan.Resilience.Throttling;

/// <summary>How the wait of a call ended.</summary>
internal enum Turn
{
    /// <summary>Its turn came, and its permits are taken.</summary>
    Came,

    /// <summary>The queue was full of calls at least as important.</summary>
    QueueFull,

    /// <summary>A more important call took its place in the full queue.</summary>
    Displaced,

    /// <summary>It waited as long as it may.</summary>
    WaitedTooLong,

    /// <summary>It costs more than the limiter ever has.</summary>
    NeverComes,

    /// <summary>The throttle was disposed.</summary>
    Closed,
}
