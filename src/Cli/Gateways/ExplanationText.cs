using System.Text.Json;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary>Shows what becomes of a request.</summary>
internal static class ExplanationText
{
    private const int Indent = 13;

    public static void Print(Screen screen, JsonElement answer)
    {
        var request = answer.Field("request") ?? default;
        var refused = answer.Field("status") is not null;
        screen.Out.WriteLine(screen.Paint(Tone.Bold, $"{request.Text("method")} {request.Text("target")}") + (request.Text("host") is "localhost" or "" ? "" : $" at {request.Text("host")}"));
        if (answer.Field("route") is { } route)
        {
            Line(screen, "route", $"{Title(route)} ({route.Text("place")})");
        }

        Line(screen, refused ? "refused" : "why", screen.Paint(refused ? Tone.Bad : Tone.Plain, answer.Text("summary")));
        if (answer.Field("values") is { } values && values.EnumerateObject().Any())
        {
            Line(screen, "values", string.Join(", ", values.EnumerateObject().Select(value => $"{value.Name} = {value.Value}")));
        }

        Lines(screen, "goes to", [.. answer.Items("destinations").Select(Destination)]);
        Lines(screen, "policies", Policies(answer));
        Lines(screen, refused ? "nearest" : "others", [.. answer.Items("others").Select(one => Other(one, refused))]);
    }

    private static List<string> Policies(JsonElement answer)
    {
        var policies = answer.Items("policies").ToList();
        var width = policies.Select(one => one.Text("name").Length).DefaultIfEmpty().Max();
        return [.. policies.Select((one, index) => $"{index + 1,2}. {one.Text("name").PadRight(width)}   {one.Text("settings")}".TrimEnd())];
    }

    private static string Destination(JsonElement one)
    {
        var what = one.Text("what") is { Length: > 0 } named ? $"{named}: " : "";
        var where = one.Text("service") is { Length: > 0 } service ? $"{service} as {one.Text("method")} {one.Text("target")}" : "";
        return $"{what}{where}{(where.Length > 0 ? $" ({one.Text("how")})" : one.Text("how"))}";
    }

    private static string Other(JsonElement one, bool refused) => one.Text("takes") is "True"
        ? $"{Title(one)} would take it too, but comes later: {one.Text("why")}"
        : $"{Title(one)} {(refused ? "is for other requests" : "does not take it")}: {one.Text("why")}";

    // Where a route has no name, what it matches is its name.
    private static string Title(JsonElement route) =>
        route.Text("name") == route.Text("match") ? route.Text("match") : $"{route.Text("name")}, {route.Text("match")}";

    private static void Lines(Screen screen, string heading, List<string> lines)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            Line(screen, index == 0 ? heading : "", lines[index]);
        }
    }

    private static void Line(Screen screen, string heading, string text) =>
        screen.Out.WriteLine($"  {screen.Paint(Tone.Dim, heading.PadRight(Indent - 2))}{text}");
}
