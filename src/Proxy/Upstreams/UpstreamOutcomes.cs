using System.Globalization;
using Portolan.Resilience;
using Portolan.Resilience.Http;

namespace Portolan.Proxy.Upstreams;

/// <summary>What an answer says of the instance that gave it.</summary>
internal static class UpstreamOutcomes
{
    /// <summary>
    /// 5xx and 408 are failures, 429 asks for less, everything else is work done. But a 408 to half a request is about the
    /// client, who was too slow for the service; and 501, 505 and 508 are about a method, a version or a way that any stranger may ask for.
    /// Of gRPC, UNAVAILABLE is what 503 is, and RESOURCE_EXHAUSTED what 429 is.
    /// </summary>
    public static Verdict Of(UpstreamResponse response) => response.Status switch
    {
        408 when response.IsEarly => Verdict.Neutral,
        501 or 505 or 508 => Verdict.Neutral,
        >= 500 or 408 => Verdict.Failure,
        429 => Verdict.Throttled,
        200 when response.GrpcStatus is { } status => status switch { "14" => Verdict.Failure, "8" => Verdict.Throttled, _ => Verdict.Success },
        _ => Verdict.Success,
    };

    /// <summary>A client's failure says nothing of the instance: strangers must not be able to open its circuit.</summary>
    public static Verdict Of(Exception exception) => exception switch
    {
        ClientFailedException or FormatException => Verdict.Neutral,
        BrokenOffException => Verdict.Unreached,
        _ => HttpOutcomes.Of(exception),
    };

    /// <summary>For how long the instance asks to be left alone.</summary>
    public static TimeSpan? RetryAfter(in Outcome<UpstreamResponse> outcome, TimeProvider clock)
    {
        if (!outcome.HasValue)
        {
            return outcome.Rejection?.RetryAfter;
        }

        var text = outcome.Value!.Header("Retry-After");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date > clock.GetUtcNow() ? date - clock.GetUtcNow() : TimeSpan.Zero
            : null;
    }
}

/// <summary>
/// The connection ended before an answer, and the request may be sent to another instance: it has no body, and happening twice
/// is as good as once. Thrown for the first attempt only: a request that kills whoever takes it must not get them all.
/// </summary>
internal sealed class BrokenOffException(Exception reason) : Exception(reason.Message, reason);
