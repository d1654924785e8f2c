using System.Net;

namespace Portolan.Proxy.Listening;

/// <summary>One more place where a gateway listens, beside its port.</summary>
internal sealed record ListenerConfig
{
    /// <summary>Which port.</summary>
    public required int Port { get; init; }

    /// <summary>Which address of this machine. Default: only this machine itself reaches it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>True: HTTP/2 without TLS, for clients that know it (h2c). False: HTTP/1.1, or with a certificate whichever the client chooses.</summary>
    public bool Http2Only { get; init; }

    /// <summary>PEM file of the certificate and those between it and its root; null without TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file of its private key.</summary>
    public string? Key { get; init; }
}
