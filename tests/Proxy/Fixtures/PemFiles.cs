using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A folder with a certificate for this machine and <c>*.shop.example</c> as files in PEM, and that of the authority that signed it.</summary>
public sealed class PemFiles : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portolan-");

    public PemFiles() => Renew();

    public string Folder => folder.FullName;

    public string Certificate => Path.Combine(Folder, "server.pem");

    public string Key => Path.Combine(Folder, "server.key");

    public string Authority => Path.Combine(Folder, "ca.pem");

    /// <summary>Replaces all of it, authority and all.</summary>
    public void Renew()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN=Test authority {Guid.NewGuid():N}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.shop.example");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, now.AddHours(-1), now.AddDays(1), Guid.NewGuid().ToByteArray());

        File.WriteAllText(Certificate, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(Authority, root.ExportCertificatePem() + "\n");
    }

    public void Dispose() => folder.Delete(recursive: true);
}
