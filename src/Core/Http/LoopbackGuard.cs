using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Core.Http;

/// <summary>Admits to an operator's surface only callers on this machine that speak to it directly.</summary>
public static class LoopbackGuard
{
    private static readonly string[] ProxyHeaders = ["Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    /// <summary>Runs <paramref name="next"/> only for requests that may pass, and answers the others with the refusal.</summary>
    public static RequestDelegate Protect(RequestDelegate next) => context =>
        Check(context) is { } refusal ? refusal.ExecuteAsync(context) : next(context);

    /// <summary>
    /// Null when the request may pass, else the refusal. A browser page of another origin and a request that came through
    /// a proxy are refused too: both reach a loopback socket without being an operator.
    /// </summary>
    public static Problem? Check(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress;
        var request = context.Request;
        if (remote is not null && !IPAddress.IsLoopback(remote))
        {
            return KnownProblems.Forbidden("The operator's surface answers only callers on this machine.");
        }

        if (ProxyHeaders.Any(request.Headers.ContainsKey))
        {
            return KnownProblems.Forbidden("The operator's surface is not reachable through a proxy.");
        }

        if (!IsLoopbackName(request.Host.Host))
        {
            return KnownProblems.Forbidden("The operator's surface answers only under localhost, 127.0.0.1 or [::1].");
        }

        return request.Headers.Origin.Any(origin => !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value))
            ? KnownProblems.Forbidden("A page of another origin may not use the operator's surface.")
            : null;
    }

    private static bool IsLoopbackName(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
