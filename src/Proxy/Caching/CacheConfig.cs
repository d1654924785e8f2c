using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Caching;

/// <summary>
/// Lets a route's answers be kept and given again, by the rules of HTTP (RFC 9111, as a cache that many clients share). What
/// is kept for how long is the services' to say; this is what holds where they say nothing.
/// </summary>
public sealed record CacheConfig
{
    /// <summary>How long an answer is fresh that does not say it; null (default) leaves it to <see cref="ExplicitOnly"/>.</summary>
    [JsonPropertyName("ttl")]
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long 404, 405, 410, 414 and 501 are kept that do not say it; null (default) keeps none.</summary>
    public TimeSpan? Negative { get; init; }

    /// <summary>How long after it went stale an answer is given while it is fetched again, where it does not say it. Default 0.</summary>
    public TimeSpan StaleWhileRevalidate { get; init; }

    /// <summary>How long after it went stale an answer is given where the service fails, where it does not say it. Default 0.</summary>
    public TimeSpan StaleIfError { get; init; }

    /// <summary>True: only what says how long it is fresh is kept; else also, for a tenth of its age, what says when it was changed.</summary>
    public bool ExplicitOnly { get; init; }

    /// <summary>Headers of a request that choose among answers beside those that answers name in <c>Vary</c>.</summary>
    public ConfigList<string> Key { get; init; } = [];

    /// <summary>True: an answer with <c>Set-Cookie</c> is kept, without it. False (default): it is not kept.</summary>
    public bool StripCookies { get; init; }

    /// <summary>True: what clients say in <c>Cache-Control</c> is not heeded, so that they cannot make the services work.</summary>
    public bool IgnoreClients { get; init; }

    /// <summary>Bytes a body may have to be kept. Default 1 MiB.</summary>
    [JsonConverter(typeof(SizeText))]
    public long MaxEntry { get; init; } = 1024 * 1024;

    /// <summary>How long a request waits for another's answer to the same question before it asks itself. Default 10 s.</summary>
    public TimeSpan CollapseTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
