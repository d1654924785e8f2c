using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Problems;
using Portolan.Proxy.AccessLogs;
using Portolan.Proxy.Affinity;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Compression;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Cors;
using Portolan.Proxy.FaultInjection;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Mirroring;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Sidecar;
using Portolan.Proxy.Traffic;
using Portolan.Proxy.Transforms;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Versions;
using Portolan.Resilience.FaultInjection;

namespace Portolan.Proxy.Runtime;

/// <summary>Compiles a route: its policies in their one order around what answers. Done when a configuration is put in force, never for a request.</summary>
internal sealed class RouteChain(
    Forwarder forwarder, UpstreamClient upstream, PartFetcher fetcher, CacheStore caches, Flights flights, InstanceTokens tokens, Faults faults, TimeProvider clock, Random random, ILoggerFactory loggers)
{
    /// <summary>Makes the routes ready. The configuration has been validated.</summary>
    public IEnumerable<Route> Build(GatewayConfig config, KeptState kept)
    {
        caches.Limit = config.CacheSize;
        var anyCache = config.Routes.Any(route => route.Cache is not null);
        return config.Routes.SelectMany(route => Build(route, config, anyCache, kept));
    }

    private IEnumerable<Route> Build(RouteConfig route, GatewayConfig config, bool anyCache, KeptState kept)
    {
        var cors = route.Cors is { } origins ? new CorsStep(origins) : null;

        // A policy that the route does not have is null, and costs nothing.
        Func<RouteHandler, RouteHandler>?[] order =
        [
            config.AccessLog is null ? null : AccessLog.Noting, // first: whatever becomes of it, the log names the route
            cors is null ? null : cors.Around, // around all that answers: a page must be able to read refusals too
            next => new FaultStep(next, route.Name, route.Faults, faults, random, loggers.CreateLogger<FaultStep>()).HandleAsync, // before anything of its own could go wrong
            next => new LimitStep(next, route.Limits, config.Limits).HandleAsync, // what is too large is not counted as somebody's request
            route.RateLimit is { } limits // before whatever costs more than counting
                ? Limit(route.Name, kept.Get(route.Name, limits, () => new RouteLimits(limits, clock))) : null,
            route.Version is { } versions // before whatever depends on which service it is
                ? next => new VersionStep(versions, route.Path, clock, next).HandleAsync : null,
            route.Affinity is { } affinity // around whatever else chooses where it goes
                ? new AffinityStep(affinity, [.. route.Services], tokens).Around : null,
            route.Compression is { } compression // around the cache, which stores for all clients
                ? new Compressor(compression).Around : null,
            anyCache // what one route writes, another one may have stored
                ? next => new CacheInvalidation(caches, next).HandleAsync : null,
            route.Splitting is { } split // before the cache, because what one service answers is not what the other would
                ? Split(split, kept) : null,
            route.Cache is { } cache // before whatever an answer from the store can do without
                ? Cache(route, new RouteCache(config.Flags.Count == 0 ? cache : cache with { Key = [.. cache.Key, HeaderNames.FeatureFlags] }, caches, kept.Get(route.Name, (route, config.Flags.Count > 0), () => new CachePartition(route.Name, caches)), flights, config.Timeout, clock) { Overwritten = Overwritten(route) }) : null,
            route.Response is { } response // inside of whatever keeps or compresses answers
                ? new ResponseTransform(response, config.Timeout, clock, loggers.CreateLogger<ResponseTransform>()).Around : null,
            route.Request is { } request // last before the service: policies see what the client asked for
                ? new RequestTransform(request).Around : null,
            route.Mirror is { } mirror // innermost: what is copied is what is sent, and what is compared what came
                ? Mirror(route, mirror, kept) : null,
        ];
        var handler = Answer(route, config, kept);
        foreach (var step in order.Reverse())
        {
            handler = step?.Invoke(handler) ?? handler;
        }

        return RouteMatching.Of(route, handler, cors is null ? null : cors.AnswerAsync).Select(one => one with { BodyLimit = route.Limits?.Body ?? config.Limits.Body });
    }

    private RouteHandler Answer(RouteConfig route, GatewayConfig config, KeptState kept) => route.ByName
        ? new OutboundRoute(config, forwarder).HandleAsync
        : route.Compose is null
        ? new ForwardedRoute(route with { Rewrite = PathPrefix.Rewrite(route.Path, route.Request) ?? route.Rewrite }, config, forwarder).HandleAsync
        : WithoutWebSockets(new ComposedRoute(route, fetcher, kept.Get(route.Name, route.Compose, () => new StaleParts(clock)), config.CompositionTime, config.Timeout, clock, loggers.CreateLogger<ComposedRoute>()).HandleAsync);

    // On HTTP/2 an answer of success would say that there is one now.
    private static RouteHandler WithoutWebSockets(RouteHandler next) => (context, match) => WebSocketRequest.IsExtendedConnect(context)
        ? new Problem("not-implemented", "Not implemented", 501, "There is no WebSocket at this address.").ExecuteAsync(context)
        : next(context, match);

    private Func<RouteHandler, RouteHandler> Limit(string name, RouteLimits limits)
    {
        var logger = loggers.CreateLogger<RateLimitStep>();
        return next => new RateLimitStep(next, name, limits, clock, logger).HandleAsync;
    }

    private static FrozenSet<string> Overwritten(RouteConfig route) => route.Request?.Headers is { } changes
        ? changes.Remove.Concat(changes.Set.Select(header => header.Name)).ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        : FrozenSet<string>.Empty;

    private static Func<RouteHandler, RouteHandler> Cache(RouteConfig route, RouteCache cache) =>
        next => route.Splitting is null && route.Version is null ? new CacheStep(cache, next).HandleAsync : new DividedCache(cache, next).HandleAsync;

    private Func<RouteHandler, RouteHandler> Mirror(RouteConfig route, MirrorConfig config, KeptState kept)
    {
        var mirror = kept.Get(route.Name, config, () => new Mirror(route.Name, config, upstream.SendAsync, clock));
        var rewrite = PathPrefix.Rewrite(route.Path, route.Request) ?? route.Rewrite;
        return next => new MirrorStep(mirror, rewrite, random, clock, next).HandleAsync;
    }

    private Func<RouteHandler, RouteHandler> Split(SplitConfig config, KeptState kept)
    {
        // Kept, and so are the weights that an operator gave it, until the split itself is configured otherwise.
        var split = kept.Get("split", config, () => new Split(config));
        return next => new SplitStep(split, random, next).HandleAsync;
    }
}
