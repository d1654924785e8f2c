namespace Portolan.Resilience;

/// <summary>How important a call is: under pressure the less important waits longer and is refused first.</summary>
public enum CallPriority : sbyte
{
    /// <summary>Nobody waits for it.</summary>
    Low = -1,

    /// <summary>The default.</summary>
    Normal = 0,

    /// <summary>Somebody waits, and pays.</summary>
    High = 1,

    /// <summary>Refused last: health, payment, logout.</summary>
    Critical = 2,
}

/// <summary>What strategies may know of one call.</summary>
public readonly record struct CallOptions
{
    /// <summary>Whose call it is (tenant, user, address): limits and bulkheads by key count by it. Null: nobody's in particular.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the instance that it should go to while that is there and well; null: any.</summary>
    public string? Prefer { get; init; }

    /// <summary>See <see cref="CallPriority"/>.</summary>
    public CallPriority Priority { get; init; }

    /// <summary>True when doing it twice does harm: it is repeated only where it certainly never arrived.</summary>
    public bool Once { get; init; }

    /// <summary>Attempts in place of the pipeline's, the first included; what reached nobody may still go elsewhere. Zero: the pipeline's.</summary>
    public int MaximumAttempts { get; init; }

    /// <summary>Time of each attempt in place of the pipeline's attempt time-out. Zero: the pipeline's.</summary>
    public TimeSpan AttemptTimeout { get; init; }
}
