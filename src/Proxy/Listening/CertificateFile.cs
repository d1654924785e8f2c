using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Portolan.Proxy.Listening;

/// <summary>
/// A certificate and its key in files that somebody renews. New connections get what is there; a pair that cannot be used, such
/// as one that is half written, changes nothing and is tried again.
/// </summary>
internal sealed partial class CertificateFile
{
    // Two small files are read when a client comes, and no more often than this. Times of files would not do: a link to a
    // folder that is exchanged keeps its own.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string certificate;
    private readonly string key;
    private readonly TimeProvider clock;
    private volatile Pair current;
    private volatile string refused = "";
    private long looked;

    /// <exception cref="CertificateFileException">They cannot be used.</exception>
    public CertificateFile(string certificate, string key, TimeProvider clock)
    {
        (this.certificate, this.key, this.clock) = (certificate, key, clock);
        looked = clock.GetTimestamp();
        try
        {
            current = Read(File.ReadAllText(certificate), File.ReadAllText(key));
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            throw new CertificateFileException($"the certificate {certificate} cannot be used with the key {key}: {exception.Message}", exception);
        }
    }

    /// <summary>What connections that begin now are to get.</summary>
    public SslStreamCertificateContext Current(ILogger logger)
    {
        var (now, before) = (clock.GetTimestamp(), Volatile.Read(ref looked));
        if (clock.GetElapsedTime(before, now) >= Pause && Interlocked.CompareExchange(ref looked, now, before) == before)
        {
            Look(logger);
        }

        return current.Context;
    }

    private void Look(ILogger logger)
    {
        var found = "";
        try
        {
            var (pem, secret) = (File.ReadAllText(certificate), File.ReadAllText(key));
            found = pem + secret;
            if (found != current.Text && found != refused)
            {
                current = Read(pem, secret);
                Log.Renewed(logger, certificate, current.Context.TargetCertificate.NotAfter.ToUniversalTime());
            }
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // Once for each text: whoever connects has the old one, which works.
            if (found.Length == 0 || found != refused)
            {
                Log.Refused(logger, certificate, exception.Message);
            }

            refused = found;
        }
    }

    private static bool IsOfFiles(Exception exception) => exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static Pair Read(string pem, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        var leaf = X509Certificate2.CreateFromPem(pem, key);
        if (OperatingSystem.IsWindows())
        {
            // The system's own TLS takes no key that is only in memory.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        chain.RemoveAt(0);
        return new Pair(pem + key, SslStreamCertificateContext.Create(leaf, chain, offline: true));
    }

    private sealed record Pair(string Text, SslStreamCertificateContext Context);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The certificate {File} was renewed; it is valid until {Until:u}", EventName = "CertificateRenewed")]
        public static partial void Renewed(ILogger logger, string file, DateTime until);

        [LoggerMessage(2, LogLevel.Warning, "The certificate {File} has changed and cannot be used, the one before stays in use: {Reason}", EventName = "CertificateRefused")]
        public static partial void Refused(ILogger logger, string file, string reason);
    }
}

/// <summary>A certificate or its key cannot be used; the message says which and why.</summary>
internal sealed class CertificateFileException(string message, Exception inner) : Exception(message, inner);
