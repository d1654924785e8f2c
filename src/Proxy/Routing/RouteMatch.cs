using Portolan.Discovery.Selection;

namespace Portolan.Proxy.Routing;

/// <summary>
/// A request and the route it takes, on its way through the route's chain: policies write here where it goes, and the one
/// that forwards writes how it went.
/// </summary>
/// <param name="route">The route.</param>
/// <param name="path">The request's path.</param>
/// <param name="values">The parameters' values as they came, still percent-encoded.</param>
internal sealed class RouteMatch(Route route, RequestPath path, RouteValues values)
{
    public Route Route => route;

    public RequestPath Path => path;

    public RouteValues Values => values;

    /// <summary>The service it goes to, where a policy chose another than the route's own; else null.</summary>
    public string? Service { get; set; }

    /// <summary>The instances of the service that it may go to, where a policy chose among them; else null.</summary>
    public InstanceSubset? Subset { get; set; }

    /// <summary>The version of the route that it asks for, where the route has several; else null.</summary>
    public string? Version { get; set; }

    /// <summary>The path to send in place of the request's, where a policy changed it and the route rewrites none; else null.</summary>
    public string? Sent { get; set; }

    /// <summary>The query to send in place of the request's, with its question mark, where a policy changed it; else null.</summary>
    public string? Query { get; set; }

    /// <summary>True when the request has been changed as the route says: who asks the service a second time changes it no more.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Id of the instance that it should go to if that is there and well; else null.</summary>
    public string? Prefer { get; set; }

    /// <summary>How often it may be tried, where the route or a trusted caller says so; 0: as the service is configured.</summary>
    public int MaximumAttempts { get; set; }

    /// <summary>How long each attempt may take, where the route or a trusted caller says so; zero: as the service is configured.</summary>
    public TimeSpan AttemptTimeout { get; set; }

    /// <summary>Id of the instance that answered; null before.</summary>
    public string? ServedBy { get; set; }

    /// <summary>How long the service took until its answer began; null before.</summary>
    public TimeSpan? BackendTime { get; set; }
}
