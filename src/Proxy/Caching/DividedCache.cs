using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Caching;

/// <summary>The cache of a route that is divided between services or versions: what one of them answers is not what another one would.</summary>
internal sealed class DividedCache(RouteCache cache, RouteHandler next)
{
    private readonly ConcurrentDictionary<string, CacheStep> steps = new();

    public Task HandleAsync(HttpContext context, RouteMatch match)
    {
        var part = match.Version ?? match.Service ?? "";
        if (!steps.TryGetValue(part, out var step))
        {
            step = steps.GetOrAdd(part, new CacheStep(cache with { Partition = cache.Partition.Part(part) }, next));
        }

        return step.HandleAsync(context, match);
    }
}
