using System.Net;

namespace Portolan.Resilience.Http;

/// <summary>What HTTP says, in a pipeline's words, and back.</summary>
public static class HttpOutcomes
{
    /// <summary>5xx and 408 are failures, 429 asks for less, everything else is work done.</summary>
    public static Verdict Of(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        >= 500 or 408 => Verdict.Failure,
        429 => Verdict.Throttled,
        _ => Verdict.Success,
    };

    /// <summary>A connection that could not be made reached nobody; every other failure may have.</summary>
    public static Verdict Of(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
        ? Verdict.Unreached
        : Verdict.Failure;

    /// <summary>The <c>Retry-After</c> of the response, whether it gives seconds or a date; null without one.</summary>
    public static TimeSpan? RetryAfter(Outcome<HttpResponseMessage> outcome, TimeProvider clock)
    {
        if (!outcome.HasValue)
        {
            return outcome.Rejection?.RetryAfter;
        }

        var asked = outcome.Value!.Headers.RetryAfter;
        var wait = asked?.Delta ?? asked?.Date - clock.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>
    /// The response; a rejection as an <see cref="HttpRequestException"/> around a <see cref="RejectedException"/>, because
    /// that is what callers of an <see cref="HttpClient"/> expect.
    /// </summary>
    public static HttpResponseMessage GetOrThrow(Outcome<HttpResponseMessage> outcome) => outcome.Rejection is { } rejection
        ? throw new HttpRequestException(rejection.Reason, new RejectedException(rejection), StatusOf(rejection.Kind))
        : outcome.GetOrThrow();

    /// <summary>The rejection inside an exception, however deep; null when there is none.</summary>
    public static Rejection? FindRejection(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is RejectedException rejected)
            {
                return rejected.Rejection;
            }
        }

        return null;
    }

    private static HttpStatusCode StatusOf(RejectionKind kind) => (HttpStatusCode)RejectionProblems.StatusOf(kind);
}
