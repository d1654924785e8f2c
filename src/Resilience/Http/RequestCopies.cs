using System.Net.Http.Json;

namespace Portolan.Resilience.Http;

/// <summary>Gives each attempt a request of its own: two may be on their way at once, and a handler below writes into what it sends.</summary>
public static class RequestCopies
{
    /// <summary>Largest body that is kept for a second attempt, in bytes: 64 KiB.</summary>
    public const int ReplayLimit = 64 * 1024;

    /// <summary>True when the body can be sent a second time; a small one of known length is read into memory for that.</summary>
    public static async ValueTask<bool> CanRepeatAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        switch (content)
        {
            case null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent:
                return true;
            case { Headers.ContentLength: <= ReplayLimit }:
                await content.LoadIntoBufferAsync(ReplayLimit, cancellationToken);
                return true;
            default:
                return false;
        }
    }

    /// <summary>True when doing it twice does no harm: a method that RFC 9110 calls idempotent, or an <c>Idempotency-Key</c>.</summary>
    public static bool IsIdempotent(HttpRequestMessage request) =>
        request.Method.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE"
        || request.Headers.Contains(Core.Correlation.HeaderNames.IdempotencyKey);

    /// <summary>The same request to another address. It shares the body with the original, and is not to be disposed.</summary>
    public static HttpRequestMessage Copy(HttpRequestMessage request, Uri address)
    {
        var copy = new HttpRequestMessage(request.Method, address)
        {
            Content = request.Content,
            Version = request.Version,
            VersionPolicy = request.VersionPolicy,
        };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        foreach (var (key, value) in request.Options)
        {
            ((IDictionary<string, object?>)copy.Options)[key] = value;
        }

        return copy;
    }
}
