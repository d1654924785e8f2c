using Microsoft.AspNetCore.Http;
using Portolan.Core.Correlation;
using Portolan.Core.Http;

namespace Portolan.Resilience.Shedding;

/// <summary>Which requests may be shed, and how important each is.</summary>
internal sealed class SheddingRules
{
    private readonly LoadSheddingOptions options;
    private readonly PathString[] paths;

    public SheddingRules(LoadSheddingOptions? options)
    {
        this.options = options ?? new LoadSheddingOptions();
        OptionErrors.ThrowIfAny(nameof(LoadSheddingOptions), this.options.Validate());
        paths = [.. this.options.NeverShed.Select(path => new PathString(path))];
    }

    public bool MayShed(HttpContext context)
    {
        // Who watches a service that is too busy must still see it, or it is restarted for being busy.
        if (OwnPaths.Has(context.Request.Path))
        {
            return false;
        }

        foreach (var path in paths)
        {
            if (context.Request.Path.StartsWithSegments(path))
            {
                return false;
            }
        }

        return true;
    }

    public CallPriority PriorityOf(HttpContext context) =>
        options.TrustsPriority is { } trusts && context.Request.Headers.TryGetValue(HeaderNames.Priority, out var value) && Parse(value) is { } asked && trusts(context)
            ? asked
            : options.PriorityOf?.Invoke(context) ?? CallPriority.Normal;

    private static CallPriority? Parse(string? value) => value switch
    {
        _ when Is(value, "low") => CallPriority.Low,
        _ when Is(value, "normal") => CallPriority.Normal,
        _ when Is(value, "high") => CallPriority.High,
        _ when Is(value, "critical") => CallPriority.Critical,
        _ => null,
    };

    private static bool Is(string? value, string name) => string.Equals(value, name, StringComparison.OrdinalIgnoreCase);
}
