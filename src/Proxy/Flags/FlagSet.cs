using Microsoft.AspNetCore.Http;
using Portolan.Core.Correlation;

namespace Portolan.Proxy.Flags;

/// <summary>The flags of a gateway. They are decided once for a request, before it has a route, and its services are told.</summary>
internal sealed class FlagSet(Flag[] flags)
{
    // Each flag looks for itself in what a client says.
    private const int LongestAsked = 1024;

    /// <summary>Those that are on, in place of what the client said of flags.</summary>
    public void Decide(HttpContext context)
    {
        var headers = context.Request.Headers;
        var said = headers.TryGetValue(HeaderNames.FeatureFlags, out var values);
        var asked = said && values is [{ Length: <= LongestAsked } only] ? only.AsSpan() : default;
        string? on = null;
        foreach (var flag in flags)
        {
            if (flag.IsOn(context, asked))
            {
                on = on is null ? flag.Config.Name : $"{on}, {flag.Config.Name}";
            }
        }

        if (on is not null)
        {
            headers[HeaderNames.FeatureFlags] = on;
        }
        else if (said)
        {
            headers.Remove(HeaderNames.FeatureFlags);
        }
    }
}
