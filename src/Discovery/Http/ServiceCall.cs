using Portolan.Core.Correlation;
using Portolan.Core.Flags;
using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Resilience.Http;
using Portolan.Resilience.Timeouts;

namespace Portolan.Discovery.Http;

/// <summary>One request to a service by name; each attempt is sent to the instance that was chosen for it.</summary>
internal sealed class ServiceCall(HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
{
    // What arrives in one packet with the head: reading it inside of the attempt lets a body that breaks off be repeated.
    private const int SmallBody = 64 * 1024;

    public async ValueTask<HttpResponseMessage> SendAsync(ResilienceCall call)
    {
        var attempt = RequestCopies.Copy(request, ServiceAddress.At(request.RequestUri!, ((Endpoint)call.Target!).Instance));
        DeadlineHeaders.Write(attempt, call.Remaining);
        var response = await send(attempt, call.CancellationToken);
        try
        {
            if (response.Content.Headers.ContentLength <= SmallBody)
            {
                await response.Content.LoadIntoBufferAsync(SmallBody, call.CancellationToken);
            }
        }
        catch
        {
            response.Dispose();
            throw;
        }

        return response;
    }

    /// <summary>What the strategies may know: what the caller said of the request, and whether it may be repeated.</summary>
    public static async ValueTask<CallOptions> OptionsAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(ServiceRequests.Options, out var options);
        var once = options.Once || !RequestCopies.IsIdempotent(request) || !await RequestCopies.CanRepeatAsync(request.Content, cancellationToken);
        return options with { Once = once };
    }

    public static void AddCorrelation(HttpRequestMessage request)
    {
        if (CorrelationContext.Current is { } context)
        {
            AddIfMissing(request, HeaderNames.CorrelationId, context.CorrelationId);
            AddIfMissing(request, HeaderNames.ParentRequestId, context.RequestId);
        }

        if (FeatureFlags.Current is { } flags)
        {
            AddIfMissing(request, HeaderNames.FeatureFlags, flags);
        }
    }

    private static void AddIfMissing(HttpRequestMessage request, string header, string value)
    {
        if (!request.Headers.Contains(header))
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
