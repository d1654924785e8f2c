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
    /// <summary>What tells it from all others but those of the same configuration.</summary>
    public string Name { get; init; } = Template.ToString();

    /// <summary>The version that its path asks for; null where the path says none.</summary>
    public string? Version { get; init; }

    /// <summary>The service it goes to; null where several answer, or a policy chooses one.</summary>
    public string? Service { get; init; }

    /// <summary>Which hosts, <c>*.x</c> for all below x; empty means all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>What else the request must have.</summary>
    public RouteCondition[] Conditions { get; init; } = [];

    /// <summary>Bytes that a body may have.</summary>
    public long BodyLimit { get; init; } = long.MaxValue;

    /// <summary>Answers a browser that asks whether a page may send such requests; null where no page of another origin may.</summary>
    public RouteHandler? Preflight { get; init; }

    public bool Takes(string method)
    {
        if (Methods.Count == 0)
        {
            return true;
        }

        for (var index = 0; index < Methods.Count; index++)
        {
            if (Methods[index] == method || (HttpMethods.IsHead(method) && HttpMethods.IsGet(Methods[index])))
            {
                return true;
            }
        }

        return false;
    }

    public bool Holds(HttpRequest request, RequestPath path)
    {
        foreach (var condition in Conditions)
        {
            if (!condition.Holds(request, path))
            {
                return false;
            }
        }

        return true;
    }
}
