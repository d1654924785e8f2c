using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Settings;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.RateLimits;

/// <summary>Whose requests a limit counts together.</summary>
internal static class RateLimitKey
{
    private const string User = "user";
    private const string HeaderPrefix = "header:";

    /// <summary>Null when the words name a key, else what to write.</summary>
    public static string? Check(string by)
    {
        if (by is "ip" or User or "route")
        {
            return null;
        }

        return HeaderOf(by) is { } header && HttpText.IsToken(header)
            ? null
            : $"'{by}' is nothing to count by; write ip, user, route or header:X-API-Key.";
    }

    /// <summary>The limit with its key.</summary>
    public static LimitRule<HttpContext> Rule(RateLimitConfig limit, TimeProvider clock)
    {
        if (limit.By == "route")
        {
            return new LimitRule<HttpContext>(Limiter.Create(limit.Options, clock));
        }

        var header = HeaderOf(limit.By);
        return new LimitRule<HttpContext>(
            new PartitionedLimiter(limit.Options, clock), header is null ? Address : context => Header(context, header));
    }

    /// <summary>The header that it goes by; null where it goes by none.</summary>
    public static string? HeaderOf(string by) =>
        by == User ? "X-User-ID" : by.StartsWith(HeaderPrefix, StringComparison.Ordinal) ? by[HeaderPrefix.Length..] : null;

    private static string Address(HttpContext context) => ClientAddress.KeyOf(context.Connection.RemoteIpAddress);

    // Who does not say is told apart by address, or one of them could use up everybody's. The space keeps the address from
    // being somebody's name: no header value begins with one.
    private static string Header(HttpContext context, string name) =>
        context.Request.Headers.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } value ? value : " " + Address(context);
}
