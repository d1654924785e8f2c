using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.FaultInjection;

/// <summary>A fault that is set: the rule, prepared for being asked of every call.</summary>
internal sealed class ActiveFault
{
    private readonly PathString path;
    private readonly string? headerName;
    private readonly string? headerValue;
    private long hits;

    public ActiveFault(FaultRule rule, long until)
    {
        Rule = rule;
        Until = until;
        path = new PathString(rule.Path?.TrimEnd('/'));
        var split = rule.Header?.IndexOf('=') ?? -1;
        headerName = split < 0 ? rule.Header : rule.Header![..split];
        headerValue = split < 0 ? null : rule.Header![(split + 1)..];
    }

    public FaultRule Rule { get; }

    /// <summary>The clock's timestamp at which it ends.</summary>
    public long Until { get; }

    public long Hits => Interlocked.Read(ref hits);

    /// <summary>True when it is for pipelines: a path and a header are of requests, and so are a status and a broken connection.</summary>
    public bool IsOfCalls => Rule.Path is null && Rule.Header is null && Rule.Route is null && (Rule.Error || Rule.Latency > TimeSpan.Zero);

    public bool IsOf(HttpRequest request, string? route) =>
        (Rule.Route is null || Rule.Route == route) && request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase) && HasHeader(request);

    public bool Strikes(Random random)
    {
        if (Rule.Share < 1 && random.NextDouble() >= Rule.Share)
        {
            return false;
        }

        Interlocked.Increment(ref hits);
        return true;
    }

    private bool HasHeader(HttpRequest request)
    {
        if (headerName is null)
        {
            return true;
        }

        if (!request.Headers.TryGetValue(headerName, out var values))
        {
            return false;
        }

        foreach (var value in values)
        {
            if (headerValue is null || string.Equals(value, headerValue, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
