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

/// <summary>A request and the route it takes.</summary>
/// <param name="Route">The route.</param>
/// <param name="Path">The request's path.</param>
/// <param name="Values">The parameters' values as they came, still percent-encoded.</param>
internal sealed record RouteMatch(Route Route, RequestPath Path, IReadOnlyDictionary<string, string> Values);
