using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Pages;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy;

/// <summary>The way of a request through the gateway until its route is known; from there the route's own chain goes on.</summary>
internal sealed class GatewayPipeline(GatewayRuntime runtime, Drain drain, HomePage home)
{
    /// <summary>Puts the steps together.</summary>
    public RequestDelegate Build()
    {
        var steps = new GatewaySteps(runtime, home);
        Func<RequestDelegate, RequestDelegate>[] order =
        [
            drain.Around,                // first: a gateway that stops says so with every answer, refusals too
            Framing.Refuse,              // what two servers read differently guards nothing behind it
            Methods.Refuse,              // nor does what may be one method or another
            Loops.Refuse,                // before it is passed on once more
            steps.RefuseMisdirected,     // who it is for is in doubt too
            GatewaySteps.RefuseTunnels,  // a tunnel to anywhere would pass by everything below
            steps.RestoreClient,         // before anybody asks who the client is
            GatewaySteps.RemoveNominated, // before anybody goes by a header that no service will see
            steps.Limit,                 // before anybody reads or answers
            steps.DecideFlags,           // before a route is looked for, which may need one
            _ => steps.RouteAsync,       // last: the route's chain forwards or composes
        ];
        RequestDelegate pipeline = _ => Task.CompletedTask;
        foreach (var step in order.Reverse())
        {
            pipeline = step(pipeline);
        }

        return pipeline;
    }
}
