using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Reload;

/// <summary>Says in words what two configurations differ in.</summary>
internal static class ConfigChanges
{
    // The server and its connections are made of these once.
    private static readonly string[] Fixed = ["trust", "connectTimeout", "faultInjection", "limits.connections"];

    private static readonly string[] Sizes = ["cacheSize", "limits.body", "limits.uri", "limits.headers", "limits.bodyRate", "limits.answerRate"];

    /// <summary>What of it takes effect while a gateway runs.</summary>
    public static IReadOnlyList<string> Between(GatewayConfig before, GatewayConfig after) =>
    [
        .. Settings(before, after).Where(change => !Fixed.Contains(change.Name)).Select(change => change.Text),
        .. Named("service", before.Services, after.Services, service => service.Name),
        .. Named("flag", before.Flags, after.Flags, flag => flag.Name),
        .. Named("route", before.Routes, after.Routes, route => route.Name),
    ];

    /// <summary>What of it takes effect only when a gateway starts.</summary>
    public static IReadOnlyList<string> AtStart(GatewayConfig started, GatewayConfig now) =>
        [.. Settings(started, now).Where(change => Fixed.Contains(change.Name)).Select(change => change.Text)];

    /// <summary>The same of files, which also say where it listens.</summary>
    public static IReadOnlyList<string> AtStart(GatewayFile started, GatewayFile now) =>
    [
        .. started.Port == now.Port ? [] : new[] { Text("port", started.Port, now.Port) },
        .. started.Listeners.SequenceEqual(now.Listeners) ? Array.Empty<string>() : ["listen changed"],
        .. AtStart(started.Config, now.Config),
    ];

    private static IEnumerable<(string Name, string Text)> Settings(GatewayConfig before, GatewayConfig after) =>
        Fields(before, after, "").Where(change => change.Name is not ("routes" or "services" or "flags" or "limits")).Concat(Fields(before.Limits, after.Limits, "limits."));

    private static IEnumerable<(string Name, string Text)> Fields<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T before, T after, string prefix) =>
        from property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let old = property.GetValue(before)
        let now = property.GetValue(after)
        where !Equals(old, now)
        let name = prefix + char.ToLowerInvariant(property.Name[0]) + property.Name[1..]
        select (name, Text(name, old, now));

    // By name: a route that stands elsewhere in the file is the same one.
    private static IEnumerable<string> Named<T>(string what, IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> name)
        where T : IEquatable<T>
    {
        var known = before.DistinctBy(name).ToDictionary(name);
        var remaining = after.Select(name).ToHashSet();
        return before.Where(one => !remaining.Contains(name(one))).Select(one => $"{what} '{name(one)}' removed")
            .Concat(after.Where(one => !known.ContainsKey(name(one))).Select(one => $"{what} '{name(one)}' added"))
            .Concat(after.Where(one => known.TryGetValue(name(one), out var old) && !one.Equals(old)).Select(one => $"{what} '{name(one)}' changed"));
    }

    private static string Text(string name, object? old, object? now) =>
        Show(name, old) is { } was && Show(name, now) is { } becomes ? $"{name}: {was} is now {becomes}" : $"{name} changed";

    private static string? Show(string name, object? value) => value switch
    {
        TimeSpan time => Quantity.Write(time),
        bool flag => flag ? "true" : "false",
        int or long when Sizes.Contains(name) => Quantity.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        string or int or long => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => null,
    };
}
