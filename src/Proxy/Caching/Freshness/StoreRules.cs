using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>Decides whether a shared cache may keep an answer, and how long it is fresh (RFC 9111, 3 and 4.2).</summary>
internal static class StoreRules
{
    private static readonly TimeSpan MostHeuristic = TimeSpan.FromDays(1);

    // What an answer without a word about freshness may be kept for. Errors are not among them, although the RFC lets some
    // be: an origin that did not think of caching did not think of having its errors kept.
    private static readonly FrozenSet<int> Heuristic = new[] { 200, 203, 204, 300, 301, 308 }.ToFrozenSet();

    // They tell about the request that was sent, headers and all that no key holds, and not about what was asked for: kept,
    // one client's broken request would be everybody's answer. 206 and 304 are parts of other answers.
    private static readonly FrozenSet<int> AboutTheRequest =
        new[] { 206, 304, 400, 401, 406, 407, 408, 411, 412, 413, 415, 416, 417, 421, 425, 426, 428, 429, 431 }.ToFrozenSet();

    private static readonly FrozenSet<int> Negative = new[] { 404, 405, 410, 414, 501 }.ToFrozenSet();

    /// <summary>The life of an answer to a GET; null when it may not be kept, with the reason.</summary>
    public static EntryLife? Decide(RequestFacts request, int status, IHeaderDictionary headers, CacheConfig config, DateTimeOffset received, TimeSpan took, out string reason)
    {
        var targeted = TargetedControl.Of(headers);
        var control = targeted ?? CacheControl.Parse(headers.CacheControl);
        if (Refusal(request, status, headers, control, config) is { } refusal)
        {
            reason = refusal;
            return null;
        }

        var date = HttpDates.Read(headers.Date) ?? received;
        var explicitly = Explicit(headers, control, date, targeted is not null);
        var lifetime = explicitly ?? Implied(request, status, headers, control, config, date);
        if (control.NoCache)
        {
            lifetime = TimeSpan.Zero;
        }

        if (lifetime is not { } known)
        {
            reason = "no freshness";
            return null;
        }

        var strict = control.NoCache || control.MustRevalidate || control.ProxyRevalidate || control.SharedMaxAge is not null;
        var life = new EntryLife(
            known,
            InitialAge(headers, date, received, took),
            strict,
            strict ? TimeSpan.Zero : control.StaleWhileRevalidate ?? config.StaleWhileRevalidate,
            strict ? TimeSpan.Zero : control.StaleIfError ?? config.StaleIfError);
        var validated = headers.ETag.Count > 0 || headers.LastModified.Count > 0;
        reason = "stale at once";
        return life.InitialAge < life.Lifetime || validated || life.StaleWhileRevalidate + life.StaleIfError > TimeSpan.Zero ? life : null;
    }

    private static string? Refusal(RequestFacts request, int status, IHeaderDictionary headers, CacheControl control, CacheConfig config)
    {
        if (status < 200 || AboutTheRequest.Contains(status))
        {
            return "status";
        }

        // Who says that a status must be understood says no-store to those who do not know of that directive (5.2.2.3).
        var understood = Heuristic.Contains(status) || Negative.Contains(status) || status is 302 or 303 or 307 or (>= 402 and < 504);
        return control switch
        {
            { MustUnderstand: true } when !understood => "must-understand",
            { NoStore: true, MustUnderstand: false } => "no-store",
            { Private: true } => "private",
            { Public: false, MustRevalidate: false, SharedMaxAge: null } when request.HasAuthorization => "authorization",
            _ when headers.SetCookie.Count > 0 && !config.StripCookies => "set-cookie",
            _ when NeverAgain(headers.Vary) => "vary",
            _ => null,
        };
    }

    // What depends on a header that the gateway writes, such as the client's address, is never asked for again by the same words.
    private static bool NeverAgain(StringValues vary)
    {
        foreach (var line in vary)
        {
            foreach (var name in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[name].Trim() is var plain && (plain.Contains('*') || RequestHeaders.IsWritten(plain)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static TimeSpan? Explicit(IHeaderDictionary headers, CacheControl control, DateTimeOffset date, bool targeted)
    {
        if ((control.SharedMaxAge ?? control.MaxAge) is { } told)
        {
            return told;
        }

        // A targeted field stands for all the general ones (RFC 9213, 2.2).
        if (targeted || headers.Expires.Count == 0)
        {
            return null;
        }

        return HttpDates.Read(headers.Expires) is { } expires && expires > date ? expires - date : TimeSpan.Zero;
    }

    private static TimeSpan? Implied(
        RequestFacts request, int status, IHeaderDictionary headers, CacheControl control, CacheConfig config, DateTimeOffset date)
    {
        if (Negative.Contains(status))
        {
            return config.Negative;
        }

        // Who sends a cookie may have got what is only for him, from a service that thinks of caches as little as it says.
        if (!(Heuristic.Contains(status) || (control.Public && status < 400)) || (request.HasCookie && !control.Public))
        {
            return null;
        }

        if (config.TimeToLive is { } configured)
        {
            return configured;
        }

        if (config.ExplicitOnly || HttpDates.Read(headers.LastModified) is not { } modified || modified >= date)
        {
            return control.NoCache ? TimeSpan.Zero : null;
        }

        var tenth = (date - modified) / 10;
        return tenth < MostHeuristic ? tenth : MostHeuristic;
    }

    // RFC 9111, 4.2.3: the larger of what clocks and what caches on the way say.
    private static TimeSpan InitialAge(IHeaderDictionary headers, DateTimeOffset date, DateTimeOffset received, TimeSpan took)
    {
        var apparent = received > date ? received - date : TimeSpan.Zero;
        var first = headers.Age is [{ } text, ..] ? text.AsSpan() : default;
        var comma = first.IndexOf(',');
        var told = long.TryParse((comma < 0 ? first : first[..comma]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) + took
            : took;
        return apparent > told ? apparent : told;
    }
}
