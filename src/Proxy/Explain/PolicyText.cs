using System.Text.Json;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Explain;

/// <summary>The settings of a policy in one line. It asks no policy, so that none can be forgotten.</summary>
internal static class PolicyText
{
    /// <summary>What a request of the route meets, outside in.</summary>
    public static IReadOnlyList<(string Name, string Settings)> Of(GatewayConfig config, RouteConfig route)
    {
        var json = JsonSerializer.SerializeToElement(route, ConfigJson.Default.RouteConfig);
        var own = RouteSummary.Policies(route).Where(name => name != "limits").ToList();

        // Every request has limits, whether its route says so or not; they come behind what may answer it without them.
        own.Insert(own.TakeWhile(name => name is "cors" or "faults").Count(), "limits");
        (string, string)[] first = config.AccessLog is { } log ? [("accessLog", Text(JsonSerializer.SerializeToElement(log, ConfigJson.Default.AccessLogConfig)))] : [];
        return [.. first, .. own.Select(name => (name, name == "limits" ? Limits(config.Limits, route.Limits) : json.TryGetProperty(name, out var settings) ? Text(settings) : ""))];
    }

    private static string Limits(LimitsConfig gateway, RouteLimitsConfig? route) =>
        $"body {Quantity.Write(route?.Body ?? gateway.Body)}, uri {Quantity.Write(route?.Uri ?? gateway.Uri)}, "
        + $"headers {Quantity.Write(route?.Headers ?? gateway.Headers)} in {route?.HeaderCount ?? gateway.HeaderCount}";

    /// <summary>The same of any settings.</summary>
    public static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.EnumerateObject().Select(field => field.Name).SequenceEqual(["name", "value"]) => $"{value.GetProperty("name")}: {value.GetProperty("value")}",
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Where(field => Says(field.Value)).Select(field => $"{field.Name} {Inner(field.Value)}".TrimEnd())),
        JsonValueKind.Array => string.Join(value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object) ? "; " : " ", value.EnumerateArray().Select(Text)),
        JsonValueKind.True => "",
        _ => value.ToString(),
    };

    private static string Inner(JsonElement value) => value.ValueKind == JsonValueKind.Object
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object))
        ? $"({Text(value)})"
        : Text(value);

    // What is off, empty or nothing is not worth the line.
    private static bool Says(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False or JsonValueKind.Null => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.String => value.GetString() is not ("" or "0ms" or "0B"),
        _ => true,
    };
}
