using Portolan.Resilience.Http;

namespace Portolan.Discovery.Http;

/// <summary>
/// Sends <c>http://inventory/…</c> to an instance of inventory, through the pipeline to that service. The request itself is
/// not changed: each attempt has its own.
/// </summary>
internal sealed class ServiceHandler(ServiceClients<HttpResponseMessage> clients) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ServiceCall.AddCorrelation(request);
        if (request.RequestUri is not { } named || !ServiceAddress.IsService(named))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var options = await ServiceCall.OptionsAsync(request, cancellationToken);
        var outcome = await clients.Of(named.Host).TryExecuteAsync(
            static (call, sending) => sending.SendAsync(call), new ServiceCall(request, base.SendAsync), options, cancellationToken);
        return HttpOutcomes.GetOrThrow(outcome);
    }
}
