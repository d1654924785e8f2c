namespace Portolan.Resilience.RateLimiting;

/// <summary>What a limiter promises, in the terms of the <c>RateLimit-Policy</c> header.</summary>
/// <param name="Name">Name of the limit.</param>
/// <param name="Quota">The most permits that can be had at once.</param>
/// <param name="Window">How long it takes until as many have come again.</param>
public readonly record struct RateLimitPolicy(string Name, long Quota, TimeSpan Window)
{
    internal static RateLimitPolicy Of(RateLimitOptions options)
    {
        var ticks = (UInt128)options.Period.Ticks * (uint)options.EffectiveBurst / (uint)options.Permits;
        return new(options.Name, options.EffectiveBurst, ticks > long.MaxValue ? TimeSpan.MaxValue : new TimeSpan(Math.Max(1, (long)ticks)));
    }

    /// <inheritdoc />
    public override string ToString() => $"{Name}: {Quota} in {Window}";
}
