using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.RateLimiting;

/// <summary>
/// A limiter's answer as response headers: <c>RateLimit</c> and <c>RateLimit-Policy</c> of
/// draft-ietf-httpapi-ratelimit-headers-11, the <c>X-RateLimit-…</c> that came before them, and <c>Retry-After</c>.
/// </summary>
public static class RateLimitHeaders
{
    // The largest integer of RFC 9651.
    private const long Largest = 999_999_999_999_999;

    /// <summary>Sets the headers, in place of any that are there; <c>Retry-After</c> only when the call was refused and may come again.</summary>
    /// <param name="headers">Of a response that has not begun.</param>
    /// <param name="result">The answer.</param>
    /// <param name="policy">Of the limit that answered.</param>
    /// <param name="now">The time of day, from which <c>X-RateLimit-Reset</c> is reckoned.</param>
    public static void Write(IHeaderDictionary headers, in LimitResult result, in RateLimitPolicy policy, DateTimeOffset now)
    {
        headers["X-RateLimit-Limit"] = Number(result.Limit);
        headers["X-RateLimit-Remaining"] = Number(result.Remaining);
        headers["X-RateLimit-Reset"] = Reset(result, now);
        headers["RateLimit"] = RateLimit(result, policy);
        headers["RateLimit-Policy"] = Policy(policy);
        if (RetryAfter(result) is { } wait)
        {
            headers.RetryAfter = wait;
        }
    }

    /// <summary>Whole seconds, rounded up and at least 1; null when the call was admitted, or never will be.</summary>
    public static string? RetryAfter(in LimitResult result) =>
        result.Admitted || result.RetryAfter == TimeSpan.MaxValue ? null : Number(Math.Max(1, Seconds(result.RetryAfter)));

    /// <summary>When everything is there again, in seconds since 1970, rounded up.</summary>
    public static string Reset(in LimitResult result, DateTimeOffset now)
    {
        var left = DateTimeOffset.MaxValue - now;
        var at = now.ToUniversalTime() + (result.ResetAfter < left ? result.ResetAfter : left);
        return Number(Seconds(at - DateTimeOffset.UnixEpoch));
    }

    /// <summary><c>"name";r=3;t=7</c>: 3 left for the next 7 s. After a refusal t is the same moment as <c>Retry-After</c>.</summary>
    public static string RateLimit(in LimitResult result, in RateLimitPolicy policy)
    {
        var window = RetryAfter(result) ?? Number(Seconds(result.ResetAfter));
        return $"{Quoted(policy.Name)};r={Number(result.Remaining)};t={window}";
    }

    /// <summary>
    /// <c>"name";q=100;w=10</c>: 100 in 10 s. Windows are whole seconds; of one that is shorter the quota of a second is
    /// told, and one that is not whole is told longer than it is.
    /// </summary>
    public static string Policy(in RateLimitPolicy policy)
    {
        var quota = policy.Window.Ticks >= TimeSpan.TicksPerSecond
            ? policy.Quota
            : (long)Int128.Min(Largest, (Int128)policy.Quota * TimeSpan.TicksPerSecond / policy.Window.Ticks);
        return $"{Quoted(policy.Name)};q={Number(quota)};w={Number(Math.Max(1, Seconds(policy.Window)))}";
    }

    private static long Seconds(TimeSpan time) => (time.Ticks / TimeSpan.TicksPerSecond) + (time.Ticks % TimeSpan.TicksPerSecond > 0 ? 1 : 0);

    private static string Number(long value) => Math.Clamp(value, 0, Largest).ToString(CultureInfo.InvariantCulture);

    // A name is printable ASCII by its validation; what else a string may not hold as it is are these two.
    private static string Quoted(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
