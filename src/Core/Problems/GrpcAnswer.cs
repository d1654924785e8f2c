using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Portolan.Core.Problems;

/// <summary>
/// A problem for a client of gRPC, which reads no body: an answer without a status of its own is a broken one to it, and no reason to try again.
/// </summary>
internal static class GrpcAnswer
{
    private const string MediaType = "application/grpc";

    /// <summary>True for a call of gRPC; not for its form for browsers, which has its status in the body.</summary>
    public static bool IsAsked(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == MediaType.Length || type[MediaType.Length] is '+' or ';');

    /// <summary>Writes a head that is all of the answer; the server ends the stream with it.</summary>
    public static void Write(HttpResponse response, Problem problem)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = MediaType;
        response.Headers["grpc-status"] = StatusOf(problem.Status).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Escape(problem.Detail ?? problem.Title);
    }

    // As gRPC reads statuses of HTTP, and more exactly where it knows a word for it.
    private static int StatusOf(int status) => status switch
    {
        400 or 500 => 13,               // INTERNAL
        401 => 16,                      // UNAUTHENTICATED
        403 => 7,                       // PERMISSION_DENIED
        404 or 405 or 501 => 12,        // UNIMPLEMENTED
        413 or 429 or 431 => 8,         // RESOURCE_EXHAUSTED
        502 or 503 => 14,               // UNAVAILABLE
        408 or 504 => 4,                // DEADLINE_EXCEEDED
        _ => 2,                         // UNKNOWN
    };

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            _ = one is >= 0x20 and <= 0x7e and not (byte)'%' ? escaped.Append((char)one) : escaped.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }

        return escaped.ToString();
    }
}
