using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Portolan.Core.Problems;
using Portolan.Proxy.Cors;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Pages;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Upstreams;

namespace Portolan.Proxy;

/// <summary>The steps of the gateway's pipeline.</summary>
internal sealed class GatewaySteps(GatewayRuntime runtime, HomePage home)
{
    /// <summary>True when the path of a request is the same to every reader.</summary>
    public static bool IsPlain(HttpContext context) =>
        RequestPath.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out _) is null;

    public RequestDelegate RefuseMisdirected(RequestDelegate next) => context =>
        context.Request.IsHttps
        && runtime.Current.Config.TrustedHops == 0 // a proxy in front of us may name us to the connection, and its client's host in the request
        && context.Features.Get<TlsIdentity>()?.IsFor(context.Request.Host.Host) == false
            ? new Problem("misdirected-request", "Misdirected request", 421, "The certificate of this connection is not that host's: ask for it on a connection of its own.").ExecuteAsync(context)
            : next(context);

    public static RequestDelegate RefuseTunnels(RequestDelegate next) => context =>
    {
        if (!HttpMethods.IsConnect(context.Request.Method))
        {
            return next(context);
        }

        if (!WebSocketRequest.IsExtendedConnect(context))
        {
            return new Problem("not-implemented", "Not implemented", 501, "This gateway makes no tunnels.").ExecuteAsync(context);
        }

        // What HTTP/1.1 asks for with a GET; so the same routes lead there.
        context.Request.Method = HttpMethods.Get;
        return next(context);
    };

    public RequestDelegate RestoreClient(RequestDelegate next) => context =>
    {
        if (runtime.Current.Config.TrustedHops is > 0 and var hops)
        {
            ClientAddress.Restore(context, hops);
        }
        else if (!runtime.Current.Config.TrustsCallers)
        {
            // Who trusts nobody in front of him has no copies from there, only somebody who would not be mirrored.
            context.Request.Headers.Remove(RequestHeaders.MirrorMark);
        }

        return next(context);
    };

    public static RequestDelegate RemoveNominated(RequestDelegate next) => context =>
    {
        HopByHop.RemoveNominated(context.Request.Headers);
        return next(context);
    };

    public RequestDelegate DecideFlags(RequestDelegate next) => context =>
    {
        runtime.Current.Flags?.Decide(context);
        return next(context);
    };

    public RequestDelegate Limit(RequestDelegate next) => context =>
    {
        // Counted by the route while it is passed on, not by the server: that closes the connection at once, and a client that is still
        // sending would see a reset instead of the answer. The server drains the rest, for a few seconds at most.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        // Of HTTP/1.1 only; see ServerLimits.
        if (runtime.Current.AnswerRate is { } slowest && context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = slowest;
        }

        return next(context);
    };

    public Task RouteAsync(HttpContext context)
    {
        // Once, so that routing, guarding and forwarding see the same path.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.Length > runtime.Current.Config.Limits.Uri)
        {
            return LimitStep.UriTooLong(runtime.Current.Config.Limits.Uri).ExecuteAsync(context);
        }

        if (RequestPath.Parse(target, out var path) is { } problem)
        {
            return problem.ExecuteAsync(context);
        }

        var routes = runtime.Current.Routes;
        if (CorsStep.Asked(context.Request) is { } method && FindAsked(context.Request, method, routes, path) is { Route.Preflight: { } answer } asked)
        {
            return answer(context, asked);
        }

        if (MaxForwards.EndsHere(context.Request))
        {
            return AnswerOptionsAsync(context, routes, path);
        }

        return routes.Find(context.Request, path) is { } match ? GatewayMetrics.Measure(context, match)
            : HomePage.Answers(context.Request.Method, path) && !WebSocketRequest.IsExtendedConnect(context) ? home.HandleAsync(context)
            : RefuseAsync(context, routes, path);
    }

    // A browser asks with another method about the route that it means.
    private static RouteMatch? FindAsked(HttpRequest request, string method, RouteTable routes, RequestPath path)
    {
        var own = request.Method;
        request.Method = method;
        var match = routes.Find(request, path);
        request.Method = own;
        return match;
    }

    // In the service's place: what the gateway would let through to it.
    private static Task AnswerOptionsAsync(HttpContext context, RouteTable routes, RequestPath path)
    {
        if (!routes.Candidates(context.Request, path).Any(route => route.Holds(context.Request, path)))
        {
            return RefuseAsync(context, routes, path);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        if (routes.Allowed(context.Request, path) is { Count: > 0 } allowed)
        {
            context.Response.Headers.Allow = string.Join(", ", allowed);
        }

        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context, RouteTable routes, RequestPath path)
    {
        if (routes.Allowed(context.Request, path) is not { Count: > 0 } allowed)
        {
            return KnownProblems.NotFound("No route of this gateway leads there.").ExecuteAsync(context);
        }

        context.Response.Headers.Allow = string.Join(", ", allowed);
        return new Problem("method-not-allowed", "Method not allowed", 405, "This address does not take that method; see Allow.").ExecuteAsync(context);
    }
}
