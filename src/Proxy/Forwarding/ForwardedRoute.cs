using Microsoft.AspNetCore.Http;
using Portolan.Core.Problems;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Forwarding;

/// <summary>A route to one service.</summary>
internal sealed class ForwardedRoute
{
    private readonly Forwarder forwarder;
    private readonly GatewayConfig gateway;
    private readonly string service;
    private readonly TextTemplate? rewrite;
    private readonly bool mayReachOperators;
    private readonly int attempts;
    private readonly TimeSpan timeout;

    public ForwardedRoute(RouteConfig config, GatewayConfig gateway, Forwarder forwarder)
    {
        (this.gateway, this.forwarder) = (gateway, forwarder);
        service = config.Service!;
        rewrite = config.Rewrite is { } text && TextTemplate.TryParse(text, out var template, out _) ? template : null;
        (attempts, timeout) = (config.Attempts ?? 0, config.Timeout ?? TimeSpan.Zero);
        mayReachOperators = rewrite is not null && OperatorSurface.IsReachedBy(rewrite.Start);
    }

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        match.MaximumAttempts = attempts;
        match.AttemptTimeout = timeout;
        var path = rewrite?.Fill(match.Values.GetValueOrDefault) ?? match.Sent ?? match.Path.Raw;
        return OperatorSurface.IsReachedBy(path) && !mayReachOperators
            ? KnownProblems.NotFound("There is nothing at this address.").ExecuteAsync(context)
            : forwarder.ForwardAsync(context, match, match.Service ?? service, path + (match.Query ?? match.Path.Query), gateway);
    }
}
