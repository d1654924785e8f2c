using Portolan.Cli.Terminal;
using Portolan.Proxy.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Cli.SystemFile;

/// <summary>Reads the <c>gateway</c> section; what its routes mean is checked by the gateway itself.</summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="services">The services that routes may name; null when they are not known here.</param>
internal sealed class GatewayReader(YamlProblems problems, IReadOnlyList<string>? services)
{
    public GatewaySection? Read(YamlNode node)
    {
        var fields = YamlFields.Of(node, "gateway", problems, "port", "routes");
        if (fields is null)
        {
            return null;
        }

        var before = problems.Count;
        var routes = fields.List("routes", "a list of routes (- path: …)").Select(Route).OfType<RouteConfig>().ToList();
        var config = new GatewayConfig { Routes = routes };

        // Only once the shape is right: otherwise the same mistake would be told twice.
        if (problems.Count == before)
        {
            foreach (var error in config.Validate())
            {
                problems.Add(YamlPlace.Of(node, error.Where), error.Message);
            }
        }

        return new GatewaySection(fields.Number("port", 1, 65535) ?? SystemConfig.DefaultGatewayPort, config);
    }

    private RouteConfig? Route(YamlNode node)
    {
        var fields = YamlFields.Of(node, "a route", problems, "path", "methods", "service", "rewrite", "compose");
        if (fields is null)
        {
            return null;
        }

        return new RouteConfig
        {
            Path = fields.RequiredText("path", "a path like /orders/{id}") ?? "/",
            Methods = [.. fields.Texts("methods", "a list like [GET, POST]").Select(method => method.ToUpperInvariant())],
            Service = Service(fields),
            Rewrite = fields.Text("rewrite", "a path"),
            Compose = fields.Node("compose") is { } compose ? Parts(compose) : null,
        };
    }

    private List<PartConfig> Parts(YamlNode node) =>
        [.. (YamlFields.Entries(node, "compose", problems) ?? []).Select(entry => Part(entry.Key, entry.Value)).OfType<PartConfig>()];

    private PartConfig? Part(string name, YamlNode node)
    {
        var fields = YamlFields.Of(node, $"part '{name}'", problems, "service", "path", "each", "first", "optional");
        return fields is null ? null : new PartConfig
        {
            Name = name,
            Service = Service(fields),
            Path = fields.Text("path", "a path like /orders/{id}"),
            Each = fields.Text("each", "a list of another part, like order.items"),
            First = fields.Text("first", "the name of a part that is a list"),
            Optional = fields.Flag("optional"),
        };
    }

    private string? Service(YamlFields fields)
    {
        var name = fields.Text("service", "a service's name");
        if (name is not null && services is not null && !services.Contains(name))
        {
            var hint = Nearest.Hint(name, services);
            problems.Add(fields.PlaceOf("service"), $"there is no service '{name}'" + (hint.Length > 0 ? hint : $"; there are {string.Join(", ", services)}."));
        }

        return name;
    }
}
