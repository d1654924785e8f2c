using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Upstreams;

/// <summary>Headers that concern one connection only (RFC 9110, 7.6.1), so they end here.</summary>
internal static class HopByHop
{
    /// <summary>The header that names further ones.</summary>
    public const string Connection = "Connection";

    private static readonly FrozenSet<string> Always = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // What a client may not take out of its request by naming it: it frames it, or says who it is from and whom it is for, or it
    // never goes on anyhow and is read here (TE).
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Kept =
        Always.Concat(["close", "Host", "Content-Length", "Expect", "Via", "Forwarded"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for the headers that end here in any case.</summary>
    public static bool IsAlways(string name) => Always.Contains(name);

    /// <summary>False for what frames or routes a message, and so may not come behind its body (RFC 9110, 6.5.1).</summary>
    public static bool MayTrail(string name) =>
        !IsAlways(name) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Takes the headers out of a request that its <c>Connection</c> names: once, before anything goes by them. Taken out later,
    /// a cache would go by what the service never sees, and what the gateway itself says under such a name would go too.
    /// </summary>
    public static void RemoveNominated(IHeaderDictionary headers)
    {
        foreach (var line in headers.Connection)
        {
            foreach (var option in line.AsSpan().Split(','))
            {
                var name = line.AsSpan()[option].Trim();
                if (!name.IsEmpty && !Kept.Contains(name) && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Remove(name.ToString());
                }
            }
        }
    }

    /// <summary>The further headers that a <c>Connection</c> header names; null without any.</summary>
    public static HashSet<string>? Nominated(IEnumerable<string?> connection)
    {
        HashSet<string>? nominated = null;
        foreach (var line in connection)
        {
            foreach (var option in new StringTokenizer(line ?? "", [',']))
            {
                var name = option.Trim();
                if (name.Length > 0)
                {
                    (nominated ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase)).Add(name.ToString());
                }
            }
        }

        return nominated;
    }
}
