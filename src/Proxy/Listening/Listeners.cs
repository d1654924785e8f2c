using System.Net.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portolan.Proxy.Listening;

/// <summary>Lets a server listen where a gateway's file says.</summary>
internal static class Listeners
{
    /// <summary>Adds them to those that the server has.</summary>
    /// <param name="services">Of the server.</param>
    /// <param name="listeners">Where.</param>
    /// <param name="folder">What paths of files are relative to.</param>
    /// <param name="clock">Time.</param>
    /// <exception cref="CertificateFileException">A certificate cannot be used.</exception>
    public static void AddListeners(this IServiceCollection services, IEnumerable<ListenerConfig> listeners, string folder, TimeProvider clock)
    {
        var certificates = new List<CertificateFile>();
        foreach (var listener in listeners)
        {
            var certificate = listener.Certificate is null ? null : new CertificateFile(Path.Combine(folder, listener.Certificate), Path.Combine(folder, listener.Key!), clock);
            certificates.AddRange(certificate is null ? [] : [certificate]);
            services.AddOptions<KestrelServerOptions>().Configure<ILoggerFactory>((kestrel, loggers) =>
                kestrel.Listen(listener.Address, listener.Port, endpoint => Open(endpoint, listener, certificate, loggers.CreateLogger<CertificateFile>())));
        }

        if (certificates.Count > 0)
        {
            services.AddSingleton<IHostedService>(provider => new CertificateWatch(certificates, clock, provider.GetRequiredService<ILogger<CertificateFile>>()));
        }
    }

    private static void Open(ListenOptions endpoint, ListenerConfig listener, CertificateFile? certificate, ILogger logger)
    {
        if (certificate is null)
        {
            endpoint.Protocols = listener.Http2Only ? HttpProtocols.Http2 : HttpProtocols.Http1;
            return;
        }

        endpoint.Protocols = HttpProtocols.Http1AndHttp2;
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            // For each connection: the certificate may be another one by then.
            OnConnection = connection =>
            {
                var current = certificate.Current(logger);
                connection.Connection.Features.Set(new TlsIdentity(connection.ClientHelloInfo.ServerName, current.TargetCertificate));
                return new(new SslServerAuthenticationOptions { ServerCertificateContext = current, AllowRenegotiation = false });
            },
        });
    }
}
