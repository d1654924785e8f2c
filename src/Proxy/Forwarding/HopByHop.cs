using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Forwarding;

/// <summary>Headers that concern one connection only (RFC 9110, 7.6.1), so they end here.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Always = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>True for the headers that end here in any case.</summary>
    public static bool IsAlways(string name) => Always.Contains(name);

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
