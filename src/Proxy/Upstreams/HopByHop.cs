using System.Collections.Frozen;
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

    /// <summary>True for the headers that end here in any case.</summary>
    public static bool IsAlways(string name) => Always.Contains(name);

    /// <summary>False for what frames or routes a message, and so may not come behind its body (RFC 9110, 6.5.1).</summary>
    public static bool MayTrail(string name) =>
        !IsAlways(name) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

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
