using Portolan.Composition;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Aggregation;

/// <summary>Makes a plan of a route's parts; what depends on what is read from their templates.</summary>
internal static class PlanBuilder
{
    private static readonly TimeSpan OptionalTimeout = TimeSpan.FromSeconds(2);

    public static CompositionPlan Build(RouteConfig route, PartFetcher fetcher)
    {
        var names = route.Compose!.Select(part => part.Name).ToHashSet();
        return CompositionPlan.Create([.. route.Compose!.Select(part => Build(part, names, fetcher))]);
    }

    private static Part Build(PartConfig part, HashSet<string> names, PartFetcher fetcher) => new(part.Name, Delegate(part, fetcher))
    {
        DependsOn = PartDependencies.Of(part, names),

        // The first of another part is missing only where that is, which has been decided there.
        Optional = part.Optional || part.First is not null,
        Timeout = TimeoutOf(part),
    };

    /// <summary>
    /// Time of one fetch: less than the part's own, so that a service too slow for it is found to time out, and its circuit
    /// opens, instead of being cancelled by us. Null: the gateway's.
    /// </summary>
    public static TimeSpan? FetchTimeout(PartConfig part) => TimeoutOf(part) * 0.9;

    private static TimeSpan? TimeoutOf(PartConfig part) => part.Timeout ?? (part.Optional ? OptionalTimeout : null);

    private static PartDelegate Delegate(PartConfig part, PartFetcher fetcher)
    {
        if (part.First is { } source)
        {
            return (context, _) => ValueTask.FromResult(FirstPart.Of(part.Name, source, context[source]));
        }

        return part.Each is null ? new SinglePart(part, fetcher).FetchAsync : new EachPart(part, fetcher).FetchAsync;
    }
}
