namespace Portolan.Proxy.Affinity;

/// <summary>A client stays with the instance that answered it first, while that is there and well.</summary>
public sealed record AffinityConfig
{
    /// <summary>The cookie that remembers it, unless <see cref="Header"/> is set.</summary>
    public string Cookie { get; init; } = "X-Server-Affinity";

    /// <summary>A header that remembers it instead, for clients that keep no cookies: they send what they were told.</summary>
    public string? Header { get; init; }

    /// <summary>True: the cookie goes over TLS only. Over TLS it always does.</summary>
    public bool Secure { get; init; }

    /// <summary>How long the cookie is kept. Null: until the browser is closed.</summary>
    public TimeSpan? MaxAge { get; init; }
}
