namespace Portolan.Core.Correlation;

/// <summary>The HTTP headers that Portolan reads and writes beside the standard ones.</summary>
public static class HeaderNames
{
    /// <summary>Identifies one hop; on every response.</summary>
    public const string RequestId = "X-Request-ID";

    /// <summary>Identifies one user action; the gateway sets it, everyone passes it on.</summary>
    public const string CorrelationId = "X-Correlation-ID";

    /// <summary>The caller's <see cref="RequestId"/>.</summary>
    public const string ParentRequestId = "X-Parent-Request-ID";

    /// <summary>The W3C trace id, repeated for tools that do not read <c>traceparent</c>.</summary>
    public const string TraceId = "X-Trace-ID";

    /// <summary>Makes a command safe to repeat: the same key gives the same answer.</summary>
    public const string IdempotencyKey = "Idempotency-Key";

    /// <summary><c>eventual</c> where an answer may still change without a further request.</summary>
    public const string ConsistencyStatus = "X-Consistency-Status";

    /// <summary>How long the caller waits for the answer, in milliseconds.</summary>
    public const string RequestTimeout = "X-Request-Timeout";

    /// <summary>The same in gRPC: up to eight digits and a unit, <c>H</c>, <c>M</c>, <c>S</c>, <c>m</c>, <c>u</c> or <c>n</c>.</summary>
    public const string GrpcTimeout = "grpc-timeout";

    /// <summary>Milliseconds from the request's arrival to the start of the response.</summary>
    public const string ResponseTime = "X-Response-Time";

    /// <summary>Milliseconds of that in which the gateway waited for the service behind it.</summary>
    public const string BackendDuration = "X-Backend-Duration";

    /// <summary>How important a request is: <c>low</c>, <c>normal</c>, <c>high</c> or <c>critical</c>; counts only where the caller is trusted.</summary>
    public const string Priority = "X-Priority";

    /// <summary>The feature flags that are on, separated by commas; see <see cref="Flags.FeatureFlags"/>.</summary>
    public const string FeatureFlags = "X-Feature-Flags";
}
