using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Upstreams;

/// <summary>Makes the head of the response to the client out of the service's.</summary>
internal static class MessageHeaders
{
    /// <exception cref="InvalidOperationException">The head cannot be passed on.</exception>
    public static void Copy(HttpResponseMessage from, HttpResponse to)
    {
        if ((int)from.StatusCode < 200)
        {
            // Passed on, 101 would leave a connection on which each side reads what the other does not mean.
            throw new InvalidOperationException($"an answer {(int)from.StatusCode} that nobody asked for");
        }

        to.StatusCode = (int)from.StatusCode;
        var nominated = from.Headers.NonValidated.TryGetValues("Connection", out var connection)
            ? HopByHop.Nominated(connection)
            : null;
        Copy(from.Headers, to, nominated);
        Copy(from.Content.Headers, to, nominated);
        to.Headers.Append("Via", from.Version.Major == 2 ? RequestHeaders.ViaFrames : from.Version.Minor == 0 ? RequestHeaders.ViaOld : RequestHeaders.Via);
    }

    /// <summary>
    /// True for the length of an answer that has no body by its status: many services say it, but it must not be there
    /// (RFC 9110, 8.6), and the server in front of us would rather break off than send it.
    /// </summary>
    public static bool IsLengthOfNothing(string name, int status) =>
        status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);

    private static void Copy(HttpHeaders from, HttpResponse to, HashSet<string>? nominated)
    {
        // Not validated: what the service wrote goes on as it is, and reading it does not change it.
        foreach (var (name, values) in from.NonValidated)
        {
            if (!HopByHop.IsAlways(name) && nominated?.Contains(name) != true && !IsLengthOfNothing(name, to.StatusCode))
            {
                to.Headers[name] = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
            }
        }
    }
}
