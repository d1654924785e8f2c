using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>
/// The directives of a <c>Cache-Control</c> field, of a request or of a response. Of a directive said twice the stricter one
/// counts, and a time that is none is no time at all: doubt never makes an answer live longer.
/// </summary>
internal sealed class CacheControl
{
    private CacheControl()
    {
    }

    /// <summary>Nothing was said.</summary>
    public static CacheControl None { get; } = new();

    public bool NoStore { get; private set; }

    /// <summary>Also where it names single fields: to keep the rest and not those is allowed, not asked.</summary>
    public bool NoCache { get; private set; }

    public bool Private { get; private set; }

    public bool Public { get; private set; }

    public bool MustRevalidate { get; private set; }

    public bool ProxyRevalidate { get; private set; }

    public bool MustUnderstand { get; private set; }

    public bool OnlyIfCached { get; private set; }

    public TimeSpan? MaxAge { get; private set; }

    public TimeSpan? SharedMaxAge { get; private set; }

    public TimeSpan? MinFresh { get; private set; }

    /// <summary><see cref="TimeSpan.MaxValue"/> without a time.</summary>
    public TimeSpan? MaxStale { get; private set; }

    public TimeSpan? StaleWhileRevalidate { get; private set; }

    public TimeSpan? StaleIfError { get; private set; }

    /// <summary>Reads all lines of the field.</summary>
    public static CacheControl Parse(StringValues lines)
    {
        if (lines.Count == 0)
        {
            return None;
        }

        var control = new CacheControl();
        foreach (var line in lines)
        {
            control.Read(line);
        }

        return control;
    }

    private void Read(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(',', '=');
            if (end < 0 || text[end] == ',')
            {
                Apply((end < 0 ? text : text[..end]).Trim(), default, hasValue: false);
                text = end < 0 ? default : text[(end + 1)..];
                continue;
            }

            var name = text[..end];
            text = text[(end + 1)..];
            var value = Value(ref text);

            // A blank before the equals sign is a mistake; the directive is known, its time is not.
            Apply(name.Trim(), name.Length == name.TrimEnd().Length ? value : default, hasValue: true);
        }
    }

    private static ReadOnlySpan<char> Value(ref ReadOnlySpan<char> text)
    {
        var value = text;
        if (text.StartsWith('"'))
        {
            var close = text[1..].IndexOf('"');
            value = close < 0 ? text[1..] : text[1..(close + 1)];
            text = close < 0 ? default : text[(close + 2)..];
        }

        var comma = text.IndexOf(',');
        if (value == text)
        {
            value = (comma < 0 ? text : text[..comma]).TrimEnd();
        }

        text = comma < 0 ? default : text[(comma + 1)..];
        return value;
    }

    private void Apply(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool hasValue)
    {
        Span<char> lower = stackalloc char[32];
        var length = name.Length <= lower.Length ? name.ToLowerInvariant(lower) : 0;
        switch (lower[..length])
        {
            case "no-store":
                NoStore = true;
                break;
            case "no-cache":
                NoCache = true;
                break;
            case "private":
                Private = true;
                break;
            case "public":
                Public = true;
                break;
            case "must-revalidate":
                MustRevalidate = true;
                break;
            case "proxy-revalidate":
                ProxyRevalidate = true;
                break;
            case "must-understand":
                MustUnderstand = true;
                break;
            case "only-if-cached":
                OnlyIfCached = true;
                break;
            default:
                ApplyTime(lower[..length], value, hasValue);
                break;
        }
    }

    private void ApplyTime(ReadOnlySpan<char> name, ReadOnlySpan<char> value, bool hasValue)
    {
        switch (name)
        {
            case "max-age":
                MaxAge = Shorter(MaxAge, Seconds(value));
                break;
            case "s-maxage":
                SharedMaxAge = Shorter(SharedMaxAge, Seconds(value));
                break;
            case "min-fresh":
                MinFresh = Seconds(value);
                break;
            case "max-stale":
                MaxStale = Shorter(MaxStale, hasValue ? Seconds(value) : TimeSpan.MaxValue);
                break;
            case "stale-while-revalidate":
                StaleWhileRevalidate = Shorter(StaleWhileRevalidate, Seconds(value));
                break;
            case "stale-if-error":
                StaleIfError = Shorter(StaleIfError, Seconds(value));
                break;
        }
    }

    private static TimeSpan Shorter(TimeSpan? before, TimeSpan now) => before < now ? before.Value : now;

    // More than fits is as good as for ever (RFC 9111, 1.2.2).
    private static TimeSpan Seconds(ReadOnlySpan<char> text) => text switch
    {
        _ when text.IsEmpty || text.ContainsAnyExceptInRange('0', '9') => TimeSpan.Zero,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => TimeSpan.FromSeconds(seconds),
        _ => TimeSpan.FromSeconds(int.MaxValue),
    };
}
