using System.Reflection;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Explain;

/// <summary>A route in few words.</summary>
internal static class RouteSummary
{
    // In the order of the chain, outside in. What is not in the list is shown at its end.
    private static readonly string[] Order =
    [
        "accessLog", "cors", "faults", "limits", "rateLimit", "version", "affinity", "compression", "split", "strangler", "cache", "response",
        "request", "mirror",
    ];

    // What tells which requests, and where they go; all else that a route can have is a policy.
    private static readonly PropertyInfo[] Policed = [.. typeof(RouteConfig).GetProperties()
        .Where(property => property.Name is not (nameof(RouteConfig.Name) or nameof(RouteConfig.Path) or nameof(RouteConfig.Hosts) or nameof(RouteConfig.Methods)
            or nameof(RouteConfig.Headers) or nameof(RouteConfig.Query) or nameof(RouteConfig.Flag) or nameof(RouteConfig.Service) or nameof(RouteConfig.Rewrite) or nameof(RouteConfig.Compose)))
        .OrderBy(property => (uint)Array.IndexOf(Order, NameOf(property)))];

    /// <summary>Names of its policies, in the order in which a request meets them.</summary>
    public static IReadOnlyList<string> Policies(RouteConfig route) => [.. Policed.Where(property => property.GetValue(route) is not (null or false)).Select(NameOf)];

    /// <summary>Where it goes.</summary>
    public static string Target(RouteConfig route) => route switch
    {
        { Compose: { } parts } => "composed of " + string.Join(", ", parts.Select(part => part.Name)),
        { Version: { } version } => string.Join(", ", version.Versions.Select(one => $"{one.Name} {one.Service ?? route.Service}")),
        { Service: { } service } => service + (route.Rewrite is { } rewrite ? $" as {rewrite}" : ""),
        { Strangler: { } strangler } => $"strangler {strangler.Capability}",
        { Split: { } split } => $"split {split.Name}",
        _ => "",
    };

    private static string NameOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
}
