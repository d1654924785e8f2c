namespace Portolan.Resilience.Bulkheads;

/// <summary>How an attempt to enter a bulkhead ended.</summary>
internal enum BulkheadEntry
{
    /// <summary>It is in, and must leave.</summary>
    Entered,

    /// <summary>The pool and its queue are full.</summary>
    Full,

    /// <summary>It waited as long as it may.</summary>
    TooLong,

    /// <summary>The caller gave up while it waited.</summary>
    Cancelled,

    /// <summary>The pool was disposed of.</summary>
    Closed,

    /// <summary>The pool of this key was given up while nobody used it: find the key's new one.</summary>
    Retired,
}
