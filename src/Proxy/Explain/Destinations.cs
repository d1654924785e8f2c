using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Templates;
using Portolan.Proxy.Transforms;

namespace Portolan.Proxy.Explain;

/// <summary>Where a request goes that takes a route.</summary>
internal static class Destinations
{
    public static IReadOnlyList<Destination> Of(GatewayConfig config, RouteConfig route, RouteMatch match, string method)
    {
        if (route.Compose is { } parts)
        {
            return [.. parts.Select(part => Of(config, part, match))];
        }

        var target = Target(route, match);
        if (route.Splitting is { } split)
        {
            var sum = Math.Max(1, split.Variants.Sum(variant => (long)variant.Weight));
            return [.. split.Variants.Select(variant => new Destination(
                variant.Name, variant.Service, method, target, $"{variant.Weight * 100.0 / sum:0.##} %; {Reached(config, variant.Service, route)}"))];
        }

        var service = match.Service ?? route.Service ?? "";
        var among = match.Subset is { } subset ? $"instances with {subset.Key} {subset.Value} if any says one; " : "";
        return [new Destination(match.Version ?? "", service, method, target, among + Reached(config, service, route))];
    }

    /// <summary>Path and query as the service sees them.</summary>
    public static string Target(RouteConfig route, RouteMatch match)
    {
        var rewrite = PathPrefix.Rewrite(route.Path, route.Request) ?? route.Rewrite;
        var path = rewrite is null ? match.Sent ?? match.Path.Raw : Fill(rewrite, match);
        return path + (QueryTransform.Of(route.Request?.Query)?.Apply(match.Path.Query, match) ?? match.Path.Query);
    }

    private static Destination Of(GatewayConfig config, PartConfig part, RouteMatch match)
    {
        if (part.First is { } first)
        {
            return new Destination(part.Name, "", "", "", $"the first of '{first}'");
        }

        var each = part.Each is { } array ? $"for each of {array}; " : "";
        var needed = part.Optional ? "optional; " : "required; ";
        needed += part.Alternative is { } other ? $"else of {other}; " : "";
        needed += part.Stale is { } age ? $"else as it was up to {Quantity.Write(age)} ago; " : "";
        needed += part.Default is { } json ? $"else {json}; " : "";
        return new Destination(part.Name, part.Service!, "GET", Fill(part.Path!, match), needed + each + Reached(config, part.Service!, null, part));
    }

    // What another part has to say first stays a hole.
    private static string Fill(string template, RouteMatch match) => TextTemplate.TryParse(template, out var text, out _)
        ? text.Fill(hole => match.Values.GetValueOrDefault(hole) ?? $"{{{hole}}}")!
        : template;

    private static string Reached(GatewayConfig config, string service, RouteConfig? route, PartConfig? part = null)
    {
        var upstream = config.Services.FirstOrDefault(one => one.Name.Equals(service, StringComparison.OrdinalIgnoreCase))
            ?? config.Services.FirstOrDefault(one => one.Name == UpstreamConfig.All) ?? new UpstreamConfig { Name = service };
        var timeout = route?.Timeout ?? upstream.Timeout ?? config.Timeout;
        var whole = config.CompositionTime;

        // What a composed answer has no time for is not repeated.
        var most = part is null ? route?.Attempts ?? upstream.Attempts : 1;
        timeout = part is null ? timeout : PlanBuilder.TimeoutOf(part) ?? (timeout < whole ? timeout : whole);
        var attempts = most == 1 ? "1 attempt" : $"{most} attempts";
        return $"timeout {Quantity.Write(timeout)}, {attempts}, {upstream.Balance}"
            + $", circuit opens after {upstream.OpensAfter} failures for {Quantity.Write(upstream.StaysOpen)}"
            + (upstream.Protocol == UpstreamProtocol.Http2 ? ", HTTP/2" : "");
    }
}
