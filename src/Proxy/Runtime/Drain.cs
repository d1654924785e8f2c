using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Portolan.Observability.Health;

namespace Portolan.Proxy.Runtime;

/// <summary>
/// How a gateway stops without dropping a request: readiness goes off first, and for a moment every answer asks its client to
/// make a new connection next time, elsewhere; then the server takes no more and finishes what runs.
/// </summary>
internal sealed class Drain(Draining draining, TimeProvider clock) : IHostedLifecycleService
{
    // Longer than a load balancer on the same machine needs to hear of it, shorter than anybody minds.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks clients to leave while the gateway stops. HTTP/2 is told by the server itself.</summary>
    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        if (draining.HasBegun && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    };

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        draining.Begin();
        return Task.Delay(Moment, clock, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
