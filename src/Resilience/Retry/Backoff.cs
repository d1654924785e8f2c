namespace Portolan.Resilience.Retry;

/// <summary>How the wait grows from one repetition to the next.</summary>
public enum Backoff
{
    /// <summary>Always the base.</summary>
    Constant,

    /// <summary>The base, doubled each time. Clients that failed together come back together.</summary>
    Exponential,

    /// <summary>Anything from zero to what <see cref="Exponential"/> says.</summary>
    FullJitter,

    /// <summary>Anything from the base to three times the wait before.</summary>
    DecorrelatedJitter,
}
