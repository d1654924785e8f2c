using Microsoft.AspNetCore.Http;
using Portolan.Core.Correlation;
using Portolan.Core.Flags;

namespace Portolan.Proxy.Routing;

/// <summary>What a request must have for a route, beside host, path and method.</summary>
/// <param name="ofHeader">True for a condition on headers: a route with more of these comes first.</param>
internal abstract class RouteCondition(bool ofHeader)
{
    public bool OfHeader => ofHeader;

    public abstract bool Holds(HttpRequest request, RequestPath path);

    /// <summary>The condition in words, for whoever asks why a route was not taken.</summary>
    public abstract override string ToString();
}

/// <summary>A header of some value, or of any where <paramref name="value"/> is null.</summary>
internal sealed class HeaderCondition(string name, string? value) : RouteCondition(ofHeader: true)
{
    public override bool Holds(HttpRequest request, RequestPath path)
    {
        if (!request.Headers.TryGetValue(name, out var values))
        {
            return false;
        }

        if (value is null)
        {
            return true;
        }

        foreach (var one in values)
        {
            if (one is not null && one.AsSpan().Trim().SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => value is null ? $"header {name}" : $"header {name}: {value}";
}

/// <summary>A parameter of the query of some value, or of any where <paramref name="value"/> is null. Of several with one name the first counts.</summary>
internal sealed class QueryCondition(string name, string? value) : RouteCondition(ofHeader: false)
{
    public override bool Holds(HttpRequest request, RequestPath path)
    {
        var rest = path.Query.AsSpan().TrimStart('?');
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (Same(equals < 0 ? pair : pair[..equals], name))
            {
                return value is null || Same(equals < 0 ? default : pair[(equals + 1)..], value);
            }
        }

        return false;
    }

    public override string ToString() => value is null ? $"query {name}" : $"query {name}={value}";

    private static bool Same(ReadOnlySpan<char> encoded, string text) => encoded.ContainsAny('%', '+')
        ? Uri.UnescapeDataString(encoded.ToString().Replace('+', ' ')) == text
        : encoded.SequenceEqual(text);
}

/// <summary>A feature flag that is on for the request.</summary>
internal sealed class FlagCondition(string flag) : RouteCondition(ofHeader: true)
{
    public override bool Holds(HttpRequest request, RequestPath path)
    {
        foreach (var line in request.Headers[HeaderNames.FeatureFlags])
        {
            if (FeatureFlags.Contains(line, flag))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => $"flag {flag}";
}
