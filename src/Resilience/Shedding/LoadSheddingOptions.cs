using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.Shedding;

/// <summary>What a server asks before it sheds a request.</summary>
public sealed record LoadSheddingOptions
{
    /// <summary>Whose <c>X-Priority</c> counts (a peer with a certificate, the gateway). Default null: nobody's, or everybody's request would be critical.</summary>
    public Func<HttpContext, bool>? TrustsPriority { get; init; }

    /// <summary>The priority of a request whose header is missing, wrong or not trusted; by its route, say. Default null: normal.</summary>
    public Func<HttpContext, CallPriority>? PriorityOf { get; init; }

    /// <summary>Paths that pass always, with all below them; beside health, metrics and <c>/portolan</c>, which always do. Default none.</summary>
    public IReadOnlyList<string> NeverShed { get; init; } = [];

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new OptionErrors();
        foreach (var path in NeverShed)
        {
            errors.Require(path.Length > 1 && path[0] == '/' && path[^1] != '/', $"{nameof(NeverShed)} has '{path}'; give a path such as /events, without a slash at its end.");
        }

        return errors.All;
    }
}
