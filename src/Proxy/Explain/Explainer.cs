using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Cors;
using Portolan.Proxy.Pages;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Versions;

namespace Portolan.Proxy.Explain;

/// <summary>Explains what a configuration makes of a request, by asking the same table that requests go through.</summary>
internal sealed class Explainer(GatewayConfig config, RouteTable table, TimeProvider clock)
{
    private readonly Dictionary<string, (RouteConfig Route, string Place)> routes = config.Routes
        .Select((route, index) => (Route: route, Place: $"routes[{index}]"))
        .DistinctBy(one => one.Route.Name)
        .ToDictionary(one => one.Route.Name);

    public Explanation Explain(Question question)
    {
        var request = question.ToRequest();
        if (RequestPath.Parse(question.Target, out var path) is { } malformed)
        {
            return new Explanation { Summary = $"The gateway refuses it: {malformed.Detail}", Status = malformed.Status };
        }

        if (RouteChecks.IsOwn(path.Raw))
        {
            return new Explanation { Summary = "The gateway answers it itself; no route is asked." };
        }

        if (CorsStep.Asked(request) is { } method)
        {
            request.Method = method;
            if (table.Find(request, path) is { Route.Preflight: not null } asked)
            {
                return Taken(request, asked, "A browser asks whether a page of another origin may send this: the route's cors answers, nothing goes further.");
            }

            request.Method = question.Method;
        }

        return table.Find(request, path) is { } match ? Taken(request, match, null) : Refused(request, path);
    }

    private Explanation Taken(HttpRequest request, RouteMatch match, string? preflight)
    {
        var taken = routes[match.Route.Name];
        var others = Others(request, match.Path, match.Route);
        var rivals = others.Where(other => other.Takes).ToList();
        var problem = preflight is null && taken.Route.Version is { } versions
            ? new VersionStep(versions, taken.Route.Path, clock, (_, _) => Task.CompletedTask).Choose(request, match, out _)
            : null;
        var destinations = (preflight, problem) is (null, null) ? Destinations.Of(config, taken.Route, match, request.Method) : [];
        var hidden = destinations.Any(one => OperatorSurface.IsReachedBy(one.Target)) && !IsMeant(taken.Route);
        return new Explanation
        {
            Summary = problem is not null ? $"{problem.Status}: {problem.Detail}"
                : hidden ? "The route leads to what services offer to operators under /portolan, which the gateway keeps closed: 404."
                : preflight ?? (rivals.Count == 0 ? "It is the only route that takes this request."
                : $"{rivals.Count} other {(rivals.Count == 1 ? "route" : "routes")} would take it too, but this one comes first: {rivals[0].Why}."),
            Status = problem?.Status ?? (hidden ? StatusCodes.Status404NotFound : null),
            Taken = taken,
            Values = [.. match.Route.Template.Names.Select(name => (name, match.Values.GetValueOrDefault(name) ?? ""))],
            Destinations = destinations,
            Policies = PolicyText.Of(config, taken.Route),
            Others = others,
        };
    }

    // A rewrite may say so in so many words.
    private static bool IsMeant(RouteConfig route) => route.Rewrite is { } rewrite && OperatorSurface.IsReachedBy(rewrite.Split('{')[0]);

    private Explanation Refused(HttpRequest request, RequestPath path)
    {
        if (HomePage.Answers(request.Method, path))
        {
            return new Explanation { Summary = "No route takes it, so the gateway answers with its own page.", Others = Others(request, path, null) };
        }

        var allowed = table.Allowed(request, path);
        var others = Others(request, path, null);
        return allowed.Count > 0
            ? new Explanation { Summary = $"405: this address takes {string.Join(", ", allowed)}, not {request.Method}.", Status = 405, Others = others }
            : new Explanation
            {
                Summary = others.Count > 0 ? "404: routes have this path, but none takes this request." : "404: no route leads there.",
                Status = 404,
                Others = others.Count > 0 ? others : NearRoutes.Of(config, path, request.Host.Host),
            };
    }

    private List<OtherRoute> Others(HttpRequest request, RequestPath path, Route? winner)
    {
        var seen = new HashSet<Route>(ReferenceEqualityComparer.Instance);
        var others = new List<OtherRoute>();
        foreach (var other in table.Candidates(request, path).Where(other => !ReferenceEquals(other, winner) && seen.Add(other)))
        {
            var (route, place) = routes[other.Name];
            var takes = Takes(other, request, path);
            others.Add(new OtherRoute(route, place, takes, takes ? Precedence.Why(winner!, other, request.Host.Host) : Lacks(other, request, path)));
        }

        return others;
    }

    private static bool Takes(Route route, HttpRequest request, RequestPath path) => route.Takes(request.Method) && route.Holds(request, path);

    private static string Lacks(Route route, HttpRequest request, RequestPath path) => route.Takes(request.Method)
        ? $"it asks for {string.Join(" and ", route.Conditions.Where(condition => !condition.Holds(request, path)))}"
        : $"it takes {string.Join(", ", route.Methods)}";
}
