using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portolan.Proxy.Upstreams.Connecting;

/// <summary>Which certificates of services are believed: those of the system's authorities, and of one's own.</summary>
internal sealed class UpstreamTls
{
    private readonly X509Certificate2Collection own = [];

    /// <param name="trust">A file in PEM with certificates of authorities that are believed besides the system's; null: none.</param>
    /// <exception cref="UpstreamTlsException">It cannot be read, or has no certificate.</exception>
    public UpstreamTls(string? trust)
    {
        if (trust is null)
        {
            return;
        }

        try
        {
            own.ImportFromPemFile(trust);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UpstreamTlsException($"the authorities in {trust} cannot be read: {exception.Message}", exception);
        }

        if (own.Count == 0)
        {
            throw new UpstreamTlsException($"the file {trust} has no certificate in PEM (-----BEGIN CERTIFICATE-----).", null);
        }
    }

    /// <summary>For a connection of HTTP/1.1 to a host; null leaves host and protocol to who connects.</summary>
    public SslClientAuthenticationOptions Options(string? host) => new()
    {
        TargetHost = host,
        ApplicationProtocols = host is null ? null : [SslApplicationProtocol.Http11],
        RemoteCertificateValidationCallback = own.Count == 0 ? null : IsOfOwn,
    };

    private bool IsOfOwn(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 shown || chain is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using var again = new X509Chain();
        again.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        again.ChainPolicy.CustomTrustStore.AddRange(own);
        again.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        again.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        again.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // a server's
        return again.Build(shown);
    }
}

/// <summary>The authorities that are to be believed cannot be read.</summary>
internal sealed class UpstreamTlsException(string message, Exception? reason) : Exception(message, reason);
