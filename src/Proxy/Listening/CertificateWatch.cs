using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portolan.Proxy.Listening;

/// <summary>Looks at certificates also where nobody connects, so that a renewal that went wrong is told while the old one still holds.</summary>
internal sealed class CertificateWatch(IReadOnlyList<CertificateFile> certificates, TimeProvider clock, ILogger<CertificateFile> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var certificate in certificates)
            {
                certificate.Current(logger);
            }
        }
    }
}
