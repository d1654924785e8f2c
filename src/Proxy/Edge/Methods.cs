using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Edge;

/// <summary>Refuses methods that are another one's name in other letters, and those that tell a client what it sent.</summary>
internal static class Methods
{
    /// <summary>What TRACE is called elsewhere.</summary>
    public const string Track = "TRACK";

    /// <summary>
    /// Answers 501 to <c>head</c>, <c>get</c> or <c>Post</c>. Methods are compared exactly (RFC 9110, 9.1): the service that gets
    /// <c>head</c> does not know it and sends a body, while much that compares without regard to case takes it for HEAD and expects
    /// none, and then the body is taken for the answer to the next request. And to TRACE: what comes back shows a page what the
    /// browser, and this gateway, send along in secret (RFC 9110, 9.3.8).
    /// </summary>
    public static RequestDelegate Refuse(RequestDelegate next) => context => Fault(context.Request.Method) is { } fault
        ? new Problem("not-implemented", "Not implemented", 501, fault).ExecuteAsync(context)
        : next(context);

    // The server gives known methods as these very texts, so this is one comparison of references for most.
    private static string? Fault(string method)
    {
        var canonical = HttpMethods.GetCanonicalizedValue(method);
        return !string.Equals(canonical, method, StringComparison.Ordinal) ? "Methods are written in capital letters: GET, not get."
            : ReferenceEquals(canonical, HttpMethods.Trace) || (method.Length == Track.Length && method.Equals(Track, StringComparison.OrdinalIgnoreCase)) ? "This gateway sends nobody back what he sent."
            : null;
    }
}
