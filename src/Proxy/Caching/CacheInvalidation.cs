using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Caching;

/// <summary>
/// A request that changes something makes what is stored of its address untrue, and of the addresses that its answer names
/// (RFC 9111, 4.4). On all routes of a gateway that caches any: what is written by one may be read by another.
/// </summary>
internal sealed class CacheInvalidation(CacheStore store, RouteHandler next)
{
    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !HttpMethods.IsTrace(method))
        {
            // Before the client hears of it: what it asks next, it must not be told from before.
            context.Response.OnStarting(Invalidate, (context, store, CacheKey.Of(context.Request, match.Path)));
        }

        return next(context, match);
    }

    private static Task Invalidate(object state)
    {
        var (context, store, key) = ((HttpContext, CacheStore, CacheKey))state;
        var response = context.Response;

        // A call of gRPC that failed is 200 too.
        if (response.StatusCode is >= 200 and < 400 && response.Headers["grpc-status"] is [] or ["0"])
        {
            store.Invalidate(key);
            InvalidateNamed(store, key, response.Headers.Location.ToString());
            InvalidateNamed(store, key, response.Headers.ContentLocation.ToString());
        }

        return Task.CompletedTask;
    }

    // Of the same origin only: no service decides about another one's answers.
    private static void InvalidateNamed(CacheStore store, CacheKey key, string address)
    {
        if (address.Length > 0 && key.Sibling(address) is { } sibling)
        {
            store.Invalidate(sibling);
        }
    }
}
