using Microsoft.AspNetCore.Http;

namespace Portolan.Core.Http;

/// <summary>The paths by which a process is watched and operated: what hits its users on purpose, or for want of room, spares them.</summary>
public static class OwnPaths
{
    private static readonly PathString[] All = ["/health", "/healthz", "/ready", "/actuator", "/metrics", "/portolan"];

    /// <summary>True for health, metrics and the operator's surface.</summary>
    public static bool Has(PathString path)
    {
        foreach (var own in All)
        {
            if (path.StartsWithSegments(own, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
