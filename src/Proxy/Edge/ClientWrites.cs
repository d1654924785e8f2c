using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Edge;

/// <summary>
/// Writes to a client that has to take what it asked for: one that takes nothing for too long loses the answer, on HTTP/2 too,
/// where the server lets it wait.
/// </summary>
internal static class ClientWrites
{
    // So much goes to the server at once; of more it would hold a copy for a client that reads slowly.
    private const int Piece = 64 * 1024;

    /// <summary>Writes all of an answer's body.</summary>
    public static async ValueTask WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, TimeSpan patience, TimeProvider clock)
    {
        for (; !body.IsEmpty; body = body[Math.Min(Piece, body.Length)..])
        {
            var writing = context.Response.BodyWriter.WriteAsync(body[..Math.Min(Piece, body.Length)], context.RequestAborted);
            if (!writing.IsCompletedSuccessfully)
            {
                await using var watch = Watch(context, patience, clock);
                await writing;
            }
        }
    }

    /// <summary>Ends the connection, or on HTTP/2 the stream, unless it is disposed in time; asynchronously, so that it cannot strike the next request.</summary>
    public static ITimer Watch(HttpContext context, TimeSpan patience, TimeProvider clock) =>
        clock.CreateTimer(static context => ((HttpContext)context!).Abort(), context, patience, Timeout.InfiniteTimeSpan);
}
