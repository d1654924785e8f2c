namespace Portolan.Proxy.Limits;

/// <summary>Where a route takes more or less than its gateway; what is null is the gateway's.</summary>
public sealed record RouteLimitsConfig
{
    /// <summary>Bytes of a request's body, more or less than elsewhere.</summary>
    public long? Body { get; init; }

    /// <summary>Bytes of path and query, at most the gateway's.</summary>
    public int? Uri { get; init; }

    /// <summary>Bytes of all headers together, at most the gateway's.</summary>
    public int? Headers { get; init; }

    /// <summary>How many headers, at most the gateway's.</summary>
    public int? HeaderCount { get; init; }

    /// <summary>How many bytes of a body must arrive a second; 0 is any. On HTTP/2 only 0 differs from the gateway's.</summary>
    public int? BodyRate { get; init; }
}
