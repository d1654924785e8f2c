using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Routing;

/// <summary>Answers a request whose route is known.</summary>
internal delegate Task RouteHandler(HttpContext context, RouteMatch match);

/// <summary>A route, ready to be matched.</summary>
/// <param name="Template">Which paths.</param>
/// <param name="Methods">Which methods, in upper case; empty means all.</param>
/// <param name="Handler">What happens then.</param>
internal sealed record Route(PathTemplate Template, IReadOnlyList<string> Methods, RouteHandler Handler)
{
    public bool Takes(string method) =>
        Methods.Count == 0 || Methods.Contains(method) || (HttpMethods.IsHead(method) && Methods.Contains(HttpMethods.Get));
}

/// <summary>
/// A request and the route it takes, on its way through the route's chain: policies write here where it goes, and the one
/// that forwards writes how it went.
/// </summary>
/// <param name="route">The route.</param>
/// <param name="path">The request's path.</param>
/// <param name="values">The parameters' values as they came, still percent-encoded.</param>
internal sealed class RouteMatch(Route route, RequestPath path, IReadOnlyDictionary<string, string> values)
{
    public Route Route => route;

    public RequestPath Path => path;

    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>The service it goes to, where a policy chose another than the route's own; else null.</summary>
    public string? Service { get; set; }

    /// <summary>The query to send in place of the request's, with its question mark, where a policy changed it; else null.</summary>
    public string? Query { get; set; }

    /// <summary>Id of the instance that it should go to if that is there and well; else null.</summary>
    public string? Prefer { get; set; }

    /// <summary>Id of the instance that answered; null before.</summary>
    public string? ServedBy { get; set; }

    /// <summary>How long the service took until its answer began; null before.</summary>
    public TimeSpan? BackendTime { get; set; }
}
