using Portolan.Composition;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Aggregation;

/// <summary>A part fetched once.</summary>
internal sealed class SinglePart(PartConfig part, PartFetcher fetcher, StaleParts stale)
{
    private readonly PartPath path = new(part.Path!);

    public async ValueTask<PartResult> FetchAsync(PartContext context, CancellationToken cancellationToken)
    {
        var input = (ComposeInput)context.Input!;
        if (path.Fill(context, null) is not { } filled)
        {
            return PartResult.Failed(FetchProblems.NoValue(part.Name, part.Path!));
        }

        var result = await fetcher.FetchAsync(input, part, filled, cancellationToken);
        if (part.Stale is { } age && result is { Failure: null, MayBeKept: true })
        {
            stale.Remember(input.Context, part.Name, age, filled, result.Value);
        }

        return result;
    }

    /// <summary>The answer of before; the failure where there is none. That something is not found is an answer too, and newer.</summary>
    public PartResult Before(PartContext? context, PartResult failed) =>
        context is not null && failed.Failure!.Status != 404 && path.Fill(context, null) is { } filled
            && stale.Recall(((ComposeInput)context.Input!).Context, part.Name, filled) is { } known
            ? PartResult.InPlaceOf(failed, known.Value, known.At)
            : failed;
}
