using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Sidecar;

/// <summary>Reads which service an application asks its sidecar for.</summary>
internal static class OutboundName
{
    private const string Local = ".local";
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The service that <c>Host</c> names, as <c>inventory</c> or <c>inventory.local</c>; null when it names the sidecar itself.</summary>
    public static string? OfHost(HostString host)
    {
        var name = host.Host.ToLowerInvariant();
        name = name.EndsWith(Local, StringComparison.Ordinal) ? name[..^Local.Length] : name;
        return name != "localhost" && IsName(name) ? name : null;
    }

    /// <summary>The service that is the first segment of a path, and what remains of it; null when that is no name of a service.</summary>
    public static string? OfPath(string path, out string rest)
    {
        var end = path.IndexOf('/', 1);
        var name = end < 0 ? path[1..] : path[1..end];
        rest = end < 0 ? "/" : path[end..];
        return IsName(name) ? name : null;
    }

    // A dot would be an address or somebody else's name; digits alone are no name that anybody gives a service.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 63 && !name.AsSpan().ContainsAnyExcept(Characters) && name[0] != '-' && name[^1] != '-' && name.AsSpan().ContainsAnyExceptInRange('0', '9');
}
