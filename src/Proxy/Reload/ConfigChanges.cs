using System.Globalization;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Reload;

/// <summary>Says in words what two configurations differ in.</summary>
internal static class ConfigChanges
{
    public static IReadOnlyList<string> Between(GatewayConfig before, GatewayConfig after)
    {
        var changes = new List<string>();
        foreach (var property in typeof(GatewayConfig).GetProperties().Where(property => property.Name != nameof(GatewayConfig.Routes)))
        {
            var (old, now) = (property.GetValue(before), property.GetValue(after));
            if (!Equals(old, now))
            {
                var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
                changes.Add(Show(old) is { } was && Show(now) is { } becomes ? $"{name}: {was} is now {becomes}" : $"{name} changed");
            }
        }

        // By name: a route that stands elsewhere in the file is the same one.
        var routes = before.Routes.DistinctBy(route => route.Name).ToDictionary(route => route.Name);
        var remaining = after.Routes.Select(route => route.Name).ToHashSet();
        changes.AddRange(before.Routes.Where(route => !remaining.Contains(route.Name)).Select(route => $"route '{route.Name}' removed"));
        changes.AddRange(after.Routes.Where(route => !routes.ContainsKey(route.Name)).Select(route => $"route '{route.Name}' added"));
        changes.AddRange(after.Routes.Where(route => routes.TryGetValue(route.Name, out var old) && old != route).Select(route => $"route '{route.Name}' changed"));
        return changes;
    }

    private static string? Show(object? value) => value switch
    {
        TimeSpan time => Quantity.Write(time),
        bool flag => flag ? "true" : "false",
        string or int or long => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };
}
