using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Explain;

/// <summary>What a gateway would do with a request, and why.</summary>
internal sealed record Explanation
{
    /// <summary>In a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What the client is told when the gateway refuses it; else null.</summary>
    public int? Status { get; init; }

    /// <summary>The route it takes, and its place in the file; null when it takes none.</summary>
    public (RouteConfig Route, string Place)? Taken { get; init; }

    /// <summary>Values of the route's parameters, as they came.</summary>
    public IReadOnlyList<(string Name, string Value)> Values { get; init; } = [];

    /// <summary>Where it goes.</summary>
    public IReadOnlyList<Destination> Destinations { get; init; } = [];

    /// <summary>What it meets on the way there, outside in.</summary>
    public IReadOnlyList<(string Name, string Settings)> Policies { get; init; } = [];

    /// <summary>The routes that one might have expected.</summary>
    public IReadOnlyList<OtherRoute> Others { get; init; } = [];
}

/// <summary>One of the places that a request goes to.</summary>
/// <param name="What">The part, the variant; empty where there is only one.</param>
/// <param name="Service">Whom it asks; empty for a part that is made of another.</param>
/// <param name="Method">Method sent.</param>
/// <param name="Target">Path and query sent, with holes that only answers can fill.</param>
/// <param name="How">How that goes: shares, time-outs, attempts.</param>
internal sealed record Destination(string What, string Service, string Method, string Target, string How);

/// <summary>A route that is not taken.</summary>
/// <param name="Route">The route.</param>
/// <param name="Place">Its place in the file.</param>
/// <param name="Takes">True: it would have taken the request.</param>
/// <param name="Why">Why it does not.</param>
internal sealed record OtherRoute(RouteConfig Route, string Place, bool Takes, string Why);
