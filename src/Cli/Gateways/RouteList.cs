using System.Text.Json;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary>Shows a gateway's routes.</summary>
internal static class RouteList
{
    public static void Print(Screen screen, JsonElement answer)
    {
        var table = new TextTable("ROUTE", "METHODS", "HOST", "PATH", "ALSO", "GOES TO", "POLICIES");
        foreach (var route in answer.Items("routes"))
        {
            var conditions = Texts(route, "headers").Concat(Texts(route, "query").Select(parameter => $"?{parameter}"));
            table.Add(
                route.Text("name"), Join(Texts(route, "methods"), "any"), Join(Texts(route, "hosts"), "any"), route.Text("path"),
                string.Join(", ", conditions), route.Text("target"), string.Join(", ", Texts(route, "policies")));
        }

        table.PrintOr(screen, "The gateway has no route.");
    }

    private static IEnumerable<string> Texts(JsonElement route, string name) => route.Items(name).Select(value => value.ToString());

    private static string Join(IEnumerable<string> texts, string none) => string.Join(",", texts) is { Length: > 0 } joined ? joined : none;
}
