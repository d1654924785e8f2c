using Portolan.Composition;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Aggregation;

/// <summary>A part fetched once.</summary>
internal sealed class SinglePart(PartConfig part, PartFetcher fetcher)
{
    private readonly PartPath path = new(part.Path!);

    public ValueTask<PartResult> FetchAsync(PartContext context, CancellationToken cancellationToken)
    {
        var request = ((ComposeInput)context.Input!).Context;
        return path.Fill(context, null) is { } filled
            ? fetcher.FetchAsync(request, part.Name, part.Service!, filled, PlanBuilder.FetchTimeout(part), cancellationToken)
            : ValueTask.FromResult(PartResult.Failed(FetchProblems.NoValue(part.Name, part.Path!)));
    }
}
