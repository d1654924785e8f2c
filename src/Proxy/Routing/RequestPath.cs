using Portolan.Core.Problems;

namespace Portolan.Proxy.Routing;

/// <summary>
/// A request's path, checked once: matching, guarding and forwarding all look at this one value, so they cannot disagree. It
/// goes on to the service byte for byte; where it is compared, each segment is decoded by itself, so that <c>%2F</c> stays
/// within its segment.
/// </summary>
internal sealed class RequestPath
{
    private RequestPath(string raw, string query)
    {
        Raw = raw;
        Query = query;
        IsEncoded = raw.Contains('%');
    }

    /// <summary>The path as it came.</summary>
    public string Raw { get; }

    /// <summary>The query as it came, with its question mark; empty without one.</summary>
    public string Query { get; }

    /// <summary>True when there is a percent sign in it.</summary>
    public bool IsEncoded { get; }

    /// <summary>Reads the target of a request line. Null means that <paramref name="path"/> is set, else the refusal.</summary>
    public static Problem? Parse(string target, out RequestPath path)
    {
        path = null!;
        var origin = Origin(target);
        if (origin is null)
        {
            return KnownProblems.Malformed("The request's target is not a path.");
        }

        var question = origin.IndexOf('?');
        var raw = question < 0 ? origin : origin[..question];
        var query = question < 0 ? "" : origin[question..];
        if (PathChecks.Find(raw, query) is { } fault)
        {
            return KnownProblems.Malformed($"The path cannot be accepted: {fault}.");
        }

        path = new RequestPath(raw, query);
        return null;
    }

    // Absolute form is what clients send to a forward proxy; a gateway is asked for the path in it (RFC 9112, 3.2.2).
    private static string? Origin(string target)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            return null;
        }

        var start = target.AsSpan(scheme + 3).IndexOfAny('/', '?');
        return start < 0 ? "/" : target[scheme + 3 + start] == '/' ? target[(scheme + 3 + start)..] : "/" + target[(scheme + 3 + start)..];
    }
}
