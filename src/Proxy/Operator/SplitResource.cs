using System.Text.Json;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Operator;

/// <summary>A split as its HTTP resource.</summary>
internal static class SplitResource
{
    public static void Write(Utf8JsonWriter writer, Split split, IReadOnlyList<RouteConfig> routes)
    {
        var weights = split.Weights;
        var sum = weights.Sum(weight => (long)weight);
        writer.WriteString("name", split.Config.Name);
        if (routes.FirstOrDefault(route => route.Strangler?.Capability == split.Config.Name) is not null)
        {
            var percent = 100.0 * weights[1] / sum;
            writer.WriteString("mode", percent switch { 0 => StranglerConfig.LegacyName, 100 => StranglerConfig.ModernName, _ => "percent" });
            writer.WriteNumber("percent", Math.Round(percent, 4));
        }

        writer.WriteBoolean("changed", !weights.SequenceEqual(split.Config.Variants.Select(variant => variant.Weight)));
        writer.WriteStartArray("routes");
        foreach (var route in routes.Where(route => route.Splitting?.Name == split.Config.Name))
        {
            writer.WriteStringValue(route.Path);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("variants");
        foreach (var (variant, weight) in split.Variants.Zip(weights))
        {
            writer.WriteStartObject();
            writer.WriteString("name", variant.Name);
            writer.WriteString("service", variant.Service);
            writer.WriteNumber("weight", weight);
            writer.WriteNumber("share", Math.Round((double)weight / sum, 6));
            writer.WriteNumber("requests", variant.Requests);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>The weights that were sent, as such or as the position of a strangler; null when it is neither.</summary>
    public static Dictionary<string, int>? ReadWeights(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (body.TryGetProperty("weights", out var weights))
        {
            return weights.ValueKind == JsonValueKind.Object && weights.EnumerateObject().All(one => IsNumber(one.Value))
                ? weights.EnumerateObject().DistinctBy(one => one.Name).ToDictionary(one => one.Name, one => one.Value.GetInt32())
                : null;
        }

        var mode = body.TryGetProperty("mode", out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;
        var percent = body.TryGetProperty("percent", out var number) && IsNumber(number) && number.GetInt32() is >= 0 and <= 100 ? number.GetInt32() : (int?)null;
        return (mode, percent) switch
        {
            (StranglerConfig.LegacyName, null) => Position(0),
            (StranglerConfig.ModernName, null) => Position(100),
            (null or "percent", { } some) => Position(some),
            _ => null,
        };
    }

    public static string Weights(Split split) =>
        string.Join(", ", split.Variants.Zip(split.Weights, (variant, weight) => $"{variant.Name} {weight}"));

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _);

    private static Dictionary<string, int> Position(int percent) =>
        new() { [StranglerConfig.LegacyName] = 100 - percent, [StranglerConfig.ModernName] = percent };
}
