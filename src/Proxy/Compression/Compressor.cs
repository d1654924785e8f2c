using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Compression;

/// <summary>Compresses the answers of a route that gain by it, for clients that take it.</summary>
internal sealed class Compressor(CompressionConfig config)
{
    private readonly (string Start, string End)[] types = [.. config.Types.Select(Split)];
    private readonly string[] encodings = [.. config.Encodings];

    /// <summary>Puts it around what answers. What the client takes is read now: inside, headers may change.</summary>
    public RouteHandler Around(RouteHandler next) => (context, match) =>
        new CompressionTap(context, this, Choose(context.Request.Headers.AcceptEncoding)).RunAsync(next, match);

    public bool IsWorth(HttpResponse response)
    {
        var headers = response.Headers;
        return response.StatusCode is >= 200 and not (204 or 205 or 206 or 304)
            && StringValues.IsNullOrEmpty(headers.ContentEncoding)
            && !(headers.ContentLength < config.MinSize)
            && StringValues.IsNullOrEmpty(headers.ContentRange)
            && IsCompressible(response.ContentType)
            && !headers.CacheControl.ToString().Contains("no-transform", StringComparison.OrdinalIgnoreCase);
    }

    public static Stream Compress(Stream to, string encoding) => encoding == "br"
        ? new BrotliStream(to, CompressionLevel.Fastest, leaveOpen: true)
        : new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);

    // The client's liking decides, and ours where that is the same for both.
    private string? Choose(StringValues accepted)
    {
        if (StringValues.IsNullOrEmpty(accepted) || !StringWithQualityHeaderValue.TryParseList(accepted, out var offers))
        {
            return null;
        }

        string? best = null;
        var liking = 0.0;
        foreach (var encoding in encodings)
        {
            var quality = QualityOf(encoding, offers);
            if (quality > liking)
            {
                (best, liking) = (encoding, quality);
            }
        }

        return best;
    }

    private static double QualityOf(string encoding, IList<StringWithQualityHeaderValue> offers)
    {
        double? any = null;
        foreach (var offer in offers)
        {
            if (offer.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase))
            {
                return offer.Quality ?? 1;
            }

            any = offer.Value == "*" ? offer.Quality ?? 1 : any;
        }

        return any ?? 0;
    }

    private bool IsCompressible(string? contentType)
    {
        if (contentType is null)
        {
            return false;
        }

        var end = contentType.IndexOf(';');
        var type = (end < 0 ? contentType.AsSpan() : contentType.AsSpan(0, end)).Trim();

        // Its events must arrive one by one, and a compressor holds them back.
        if (type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (var (start, rest) in types)
        {
            if (type.Length >= start.Length + rest.Length && type.StartsWith(start, StringComparison.OrdinalIgnoreCase) && type.EndsWith(rest, StringComparison.OrdinalIgnoreCase)
                && (rest.Length > 0 || start.EndsWith('/') || type.Length == start.Length))
            {
                return true;
            }
        }

        return false;
    }

    private static (string, string) Split(string type)
    {
        var star = type.IndexOf('*');
        return star < 0 ? (type, "") : (type[..star], type[(star + 1)..]);
    }
}
