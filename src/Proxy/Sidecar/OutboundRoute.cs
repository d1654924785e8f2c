using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Sidecar;

/// <summary>The way out of an application: the request itself says which service it is for.</summary>
internal sealed class OutboundRoute(GatewayConfig gateway, Forwarder forwarder)
{
    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var path = match.Path.Raw;
        if ((OutboundName.OfHost(context.Request.Host) ?? OutboundName.OfPath(match.Path.Raw, out path)) is not { } service)
        {
            return KnownProblems.NotFound("Ask for a service by its name: /inventory/… or with 'Host: inventory'.").ExecuteAsync(context);
        }

        if (OperatorSurface.IsReachedBy(path))
        {
            return KnownProblems.NotFound("There is nothing at this address.").ExecuteAsync(context);
        }

        MeshHeaders.Apply(context.Request.Headers, match);

        // After the spans of this request began: the service behind is their child.
        B3.Continue(context.Request.Headers);
        return forwarder.ForwardAsync(context, match, service, path + match.Path.Query, gateway);
    }
}
