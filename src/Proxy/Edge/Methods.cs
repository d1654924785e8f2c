using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Edge;

/// <summary>Refuses methods that are another one's name in other letters.</summary>
internal static class Methods
{
    /// <summary>
    /// Answers 501 to <c>head</c>, <c>get</c> or <c>Post</c>. Methods are compared exactly (RFC 9110, 9.1): the service that gets
    /// <c>head</c> does not know it and sends a body, while much that compares without regard to case takes it for HEAD and expects
    /// none, and then the body is taken for the answer to the next request.
    /// </summary>
    public static RequestDelegate Refuse(RequestDelegate next) => context => IsExact(context.Request.Method)
        ? next(context)
        : new Problem("not-implemented", "Not implemented", 501, "Methods are written in capital letters: GET, not get.").ExecuteAsync(context);

    // The server gives known methods as these very texts, so this is one comparison of references for most.
    private static bool IsExact(string method) => string.Equals(HttpMethods.GetCanonicalizedValue(method), method, StringComparison.Ordinal);
}
