using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Resilience.RateLimiting;

/// <summary>Rate limits of a server.</summary>
public static class RateLimitMiddleware
{
    /// <summary>
    /// Lets a request pass while its key has permits, and answers it with 429 and the problem <c>rate-limit</c> else. Every
    /// response says what is left.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="limiter">May be shared with other places.</param>
    /// <param name="key">Whose request it is. Never from a header that the caller may choose freely, or every request is somebody new.</param>
    public static IApplicationBuilder UseRateLimit(this IApplicationBuilder app, PartitionedLimiter limiter, Func<HttpContext, string?> key) =>
        app.UseRateLimit(new RateLimits<HttpContext>(new LimitRule<HttpContext>(limiter, key)));

    /// <summary>The same for several limits at once: a request that one of them refuses is charged to none.</summary>
    public static IApplicationBuilder UseRateLimit(this IApplicationBuilder app, RateLimits<HttpContext> limits) =>
        app.Use(next => Limit(next, limits));

    /// <summary>Limits what is behind it, wherever it stands.</summary>
    public static RequestDelegate Limit(RequestDelegate next, RateLimits<HttpContext> limits) => context =>
    {
        var result = limits.TryAcquire(context, limits.Clock.GetTimestamp(), 1, out var policy);
        return result.Admitted || !limits.IsShared ? AnswerAsync(context, next, limits, result, policy) : WaitAsync(context, next, limits);
    };

    private static async Task WaitAsync(HttpContext context, RequestDelegate next, RateLimits<HttpContext> limits)
    {
        var (result, policy) = await limits.WaitForLeaseAsync(context, 1, context.RequestAborted);
        await AnswerAsync(context, next, limits, result, policy);
    }

    private static Task AnswerAsync(HttpContext context, RequestDelegate next, RateLimits<HttpContext> limits, in LimitResult result, in RateLimitPolicy policy)
    {
        RateLimitHeaders.Write(context.Response.Headers, result, policy, limits.Clock.GetUtcNow());
        return result.Admitted ? next(context) : Refusal(result, policy).ExecuteAsync(context);
    }

    private static Problem Refusal(in LimitResult result, in RateLimitPolicy policy) =>
        new("rate-limit", "Rate limit exceeded", StatusCodes.Status429TooManyRequests, $"The limit '{policy.Name}' is used up. Try again after the time in Retry-After.")
        {
            RetryAfter = result.RetryAfter,
        };
}
