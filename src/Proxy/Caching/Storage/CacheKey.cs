using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Caching.Storage;

/// <summary>
/// The address that was asked for. The query stands in it whole and as it came: to take it apart would be to read it
/// differently than some service does. Nor are paths made equal that are written differently.
/// </summary>
internal readonly record struct CacheKey(string Scheme, string Host, string Path, string Query)
{
    public static CacheKey Of(HttpRequest request, RequestPath path) =>
        new(request.Scheme, HostOf(request.Host.Value ?? "", request.Scheme), path.Raw, path.Query);

    /// <summary>The key of an address that a header names, when it is of the same origin; else null.</summary>
    public CacheKey? Sibling(string address)
    {
        if (!Uri.TryCreate(new Uri($"{Scheme}://{(Host.Length > 0 ? Host : "localhost")}{Path}{Query}"), address, out var uri)
            || uri.Scheme != Scheme || HostOf(uri.Authority, Scheme) != Host)
        {
            return null;
        }

        return this with { Path = uri.AbsolutePath, Query = uri.Query };
    }

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Path.GetHashCode(StringComparison.Ordinal), Query.Length == 0 ? 0 : Query.GetHashCode(StringComparison.Ordinal), Host.Length);

    /// <inheritdoc />
    public override string ToString() => $"{Scheme}://{Host}{Path}{Query}";

    private static string HostOf(string host, string scheme)
    {
        var standard = scheme == "https" ? ":443" : ":80";
        var plain = host.EndsWith(standard, StringComparison.Ordinal) ? host[..^standard.Length] : host;
        return plain.AsSpan().ContainsAnyInRange('A', 'Z') ? plain.ToLowerInvariant() : plain;
    }
}
