using System.Security.Cryptography.X509Certificates;

namespace Portolan.Proxy.Listening;

/// <summary>As whom a connection knows the gateway: what the client named in its handshake, and the certificate that it got.</summary>
internal sealed class TlsIdentity(string? name, X509Certificate2 certificate)
{
    // The last host found in the certificate: requests of a connection are nearly always for one.
    private volatile string? known;

    /// <summary>
    /// False when a request's host is neither what the client named nor one of the certificate (RFC 9110, 15.5.20; RFC 9113, 9.1.1 lets clients use
    /// a connection for all hosts of its certificate). A client that named nobody, such as one that connected to an IP address, has promised nothing.
    /// </summary>
    public bool IsFor(string host) => string.IsNullOrEmpty(name) || host.Length == 0 || IsNamed(host) || host == known || IsCertified(host);

    private bool IsNamed(string host) => host.AsSpan().TrimEnd('.').Equals(name.AsSpan().TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    private bool IsCertified(string host)
    {
        try
        {
            if (certificate.MatchesHostname(host.Trim('[', ']').TrimEnd('.'), allowWildcards: true, allowCommonName: false))
            {
                known = host;
                return true;
            }
        }
        catch (ArgumentException)
        {
            // No host that a certificate could have.
        }

        return false;
    }
}
