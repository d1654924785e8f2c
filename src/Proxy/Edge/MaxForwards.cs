using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Edge;

/// <summary>How far a question about the way itself goes (RFC 9110, 7.6.2).</summary>
internal static class MaxForwards
{
    /// <summary>True when this gateway is who is asked; else one step of the way is counted, where the client counts them.</summary>
    public static bool EndsHere(HttpRequest request)
    {
        if (request.Method != HttpMethods.Options || request.Headers.MaxForwards is not [{ } told]
            || !long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var left))
        {
            return false;
        }

        if (left > 0)
        {
            request.Headers.MaxForwards = (left - 1).ToString(CultureInfo.InvariantCulture);
        }

        return left == 0;
    }
}
