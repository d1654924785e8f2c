namespace Portolan.Core.Problems;

/// <summary>The refusals that more than one room makes, so that they read the same everywhere.</summary>
public static class KnownProblems
{
    /// <summary>400: the body is not what the endpoint takes.</summary>
    public static Problem Malformed(string detail) => new("malformed-request", "Malformed request", 400, detail);

    /// <summary>400: the body was read, and these fields cannot be accepted.</summary>
    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new("validation", "Validation failed", 400, "The request has invalid fields; see errors.") { Errors = errors };

    /// <summary>404.</summary>
    public static Problem NotFound(string detail) => new("not-found", "Not found", 404, detail);

    /// <summary>403: only callers on this machine may use an operator's surface.</summary>
    public static Problem Forbidden(string detail) => new("forbidden", "Forbidden", 403, detail);

    /// <summary>413.</summary>
    public static Problem TooLarge(string detail) => new("payload-too-large", "Payload too large", 413, detail);

    /// <summary>422: an <c>Idempotency-Key</c> came again with another request.</summary>
    public static Problem IdempotencyKeyReused() =>
        new("idempotency-key-reused", "Idempotency key reused", 422,
            "This Idempotency-Key belongs to a request with another body. Use a new key for a new request.");

    /// <summary>500: our own fault. The detail never carries an exception's text.</summary>
    public static Problem Internal() =>
        new("internal-error", "Internal error", 500, "The service failed; its log has the reason under this request's X-Request-ID.");

    /// <summary>503.</summary>
    public static Problem Unavailable(string detail, TimeSpan? retryAfter = null) =>
        new("service-unavailable", "Service unavailable", 503, detail) { RetryAfter = retryAfter };
}
