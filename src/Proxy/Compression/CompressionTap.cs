using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Proxy.Edge;

namespace Portolan.Proxy.Compression;

/// <summary>Compresses one answer as it passes.</summary>
internal sealed class CompressionTap(HttpContext context, Compressor compressor, string? encoding) : ResponseTap(context)
{
    protected override Stream OnHead()
    {
        if (!compressor.IsWorth(Context.Response))
        {
            return Outer;
        }

        // Also for who takes none: a cache in between must not give one client what was made for another.
        var headers = Context.Response.Headers;
        if (!headers.Vary.ToString().Contains("Accept-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            headers.Vary = StringValues.Concat(headers.Vary, "Accept-Encoding");
        }

        if (encoding is null)
        {
            return Outer;
        }

        headers.ContentEncoding = encoding;
        foreach (var gone in (ReadOnlySpan<string>)["Content-MD5", "Content-Digest", "Digest", "Accept-Ranges"])
        {
            headers.Remove(gone);
        }

        // Of other bytes, though of the same meaning.
        if (headers.ETag is [{ } tag] && !tag.StartsWith("W/", StringComparison.Ordinal))
        {
            headers.ETag = "W/" + tag;
        }

        var length = headers.ContentLength;
        headers.ContentLength = null;
        return HttpMethods.IsHead(Context.Request.Method) ? Outer : new CompressedBody(Compressor.Compress(Outer, encoding), flushes: length is null);
    }

    // Only where all came: else the end of it would make half an answer look whole.
    protected override ValueTask OnEndAsync(Stream body) => body is CompressedBody compressed ? compressed.EndAsync() : ValueTask.CompletedTask;
}
