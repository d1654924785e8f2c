using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;

namespace Portolan.Registry.Api;

/// <summary>Reads a small JSON object from a request.</summary>
internal static class RequestBody
{
    private const int MaximumBytes = 64 * 1024;

    /// <summary>The object; an empty one for an empty body.</summary>
    /// <exception cref="ProblemException">It is too large, or not a JSON object.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request)
    {
        var bytes = await ReadBytesAsync(request);
        if (bytes.Length == 0)
        {
            return JsonDocument.Parse("{}");
        }

        try
        {
            var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new ProblemException(KnownProblems.Malformed("The body must be a JSON object."));
        }
        catch (JsonException exception)
        {
            throw new ProblemException(KnownProblems.Malformed(
                $"The body is not JSON: line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}."));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaximumBytes)
            {
                throw new ProblemException(KnownProblems.TooLarge($"The body may have {MaximumBytes / 1024} KB."));
            }
        }

        return buffer.ToArray();
    }
}
