using System.Text.Json;
using Portolan.Composition;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Aggregation;

/// <summary>Makes a plan of a route's parts; what depends on what is read from their templates.</summary>
internal static class PlanBuilder
{
    private static readonly TimeSpan OptionalTimeout = TimeSpan.FromSeconds(2);

    public static CompositionPlan Build(RouteConfig route, PartFetcher fetcher, StaleParts stale)
    {
        var names = route.Compose!.Select(part => part.Name).ToHashSet();
        return CompositionPlan.Create([.. route.Compose!.Select(part => Build(part, names, fetcher, stale))]);
    }

    private static Part Build(PartConfig part, HashSet<string> names, PartFetcher fetcher, StaleParts stale)
    {
        var single = part.First is null && part.Each is null ? new SinglePart(part, fetcher, stale) : null;
        return new(part.Name, single is null ? Delegate(part, fetcher) : single.FetchAsync)
        {
            DependsOn = PartDependencies.Of(part, names),

            // The first of another part is missing only where that is, which has been decided there.
            Optional = part.Optional || part.First is not null,
            Timeout = TimeoutOf(part),
            Otherwise = Otherwise(part, single),
        };
    }

    /// <summary>
    /// Time of one fetch: less than the part's own, so that a service too slow for it is found to time out, and its circuit
    /// opens, instead of being cancelled by us. Null: the gateway's.
    /// </summary>
    public static TimeSpan? FetchTimeout(PartConfig part) => TimeoutOf(part) * (part.Alternative is null ? 0.9 : 0.45);

    /// <summary>How long a part may take in all; null: as long as the whole.</summary>
    public static TimeSpan? TimeoutOf(PartConfig part) =>
        part.Timeout ?? (part.Optional || (part.Alternative ?? part.Default ?? (object?)part.Stale) is not null ? OptionalTimeout : null);

    private static Func<PartContext?, PartResult, PartResult>? Otherwise(PartConfig part, SinglePart? single)
    {
        var standard = part.Default is { } json ? JsonElement.Parse(json) : default;
        var keeps = part.Stale is not null ? single : null;
        return keeps is null && part.Default is null ? null : (context, failed) =>
        {
            var result = keeps?.Before(context, failed) ?? failed;
            return result.Failure is not null && part.Default is not null ? PartResult.InPlaceOf(failed, standard) : result;
        };
    }

    private static PartDelegate Delegate(PartConfig part, PartFetcher fetcher)
    {
        if (part.First is { } source)
        {
            return (context, _) => ValueTask.FromResult(FirstPart.Of(part.Name, source, context[source]));
        }

        return new EachPart(part, fetcher).FetchAsync;
    }
}
