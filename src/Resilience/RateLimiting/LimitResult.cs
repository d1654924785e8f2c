namespace Portolan.Resilience.RateLimiting;

/// <summary>A limiter's answer to one call.</summary>
/// <param name="Admitted">True when the permits were there, and are taken.</param>
/// <param name="Limit">The most permits that can be had at once.</param>
/// <param name="Remaining">How many are left after this call.</param>
/// <param name="RetryAfter">
/// How long until the same call is admitted if nobody else comes; zero when it was admitted, <see cref="TimeSpan.MaxValue"/>
/// when it asks for more than the limit and never will be.
/// </param>
/// <param name="ResetAfter">How long until everything is there again if nobody comes.</param>
public readonly record struct LimitResult(bool Admitted, long Limit, long Remaining, TimeSpan RetryAfter, TimeSpan ResetAfter);
