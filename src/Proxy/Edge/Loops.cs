using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Edge;

/// <summary>Ends what goes round in circles, because a route leads back to its own gateway (RFC 9110, 7.6.3).</summary>
internal static class Loops
{
    // Two sidecars and a gateway are three; nobody has so many in a row that mean it.
    private const int Most = 16;

    private const string Name = " portolan";

    /// <summary>Answers 508 to what has passed too many of us.</summary>
    public static RequestDelegate Refuse(RequestDelegate next) => context =>
    {
        var passed = 0;
        foreach (var line in context.Request.Headers.Via)
        {
            passed += line.AsSpan().Count(Name);
        }

        return passed < Most
            ? next(context)
            : new Problem("loop-detected", "Loop detected", 508, "The request has passed too many gateways: a route leads back to where it began.").ExecuteAsync(context);
    };
}
