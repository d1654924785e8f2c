using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery.Selection;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Versions;

/// <summary>A version made ready: where it goes, and what its clients are told of its end.</summary>
internal sealed class VersionPlan
{
    private readonly string? deprecation;
    private readonly string? sunset;
    private readonly string[] links;
    private readonly TextTemplate? successor;
    private readonly string? successorName;

    /// <param name="version">The version.</param>
    /// <param name="path">Path of the route with <c>{version}</c>, or null.</param>
    public VersionPlan(VersionConfig version, string? path)
    {
        Config = version;
        Subset = version.Service is null ? new InstanceSubset(InstanceNotice.Version, version.Name) : null;
        deprecation = version.Deprecated is { } since ? Deprecation(since) : null;
        sunset = version.Sunset is { } end ? Sunset(end) : null;
        var named = version.Successor is { } next && next[0] != '/' && !next.Contains("://", StringComparison.Ordinal);
        links =
        [
            .. version.DeprecationLink is { } why ? [Link(why, "deprecation")] : Array.Empty<string>(),
            .. version.SunsetLink is { } policy ? [Link(policy, "sunset")] : Array.Empty<string>(),
            .. version.Successor is { } address && !named ? [Link(address, "successor-version")] : Array.Empty<string>(),
        ];
        successorName = named ? version.Successor : null;
        successor = named && path is not null && TextTemplate.TryParse(path, out var template, out _) ? template : null;
    }

    public VersionConfig Config { get; }

    /// <summary>The instances that answer it; null: all of its own service.</summary>
    public InstanceSubset? Subset { get; }

    /// <summary>True when there is something to tell its clients.</summary>
    public bool Tells => deprecation is not null || sunset is not null || links.Length > 0 || successor is not null;

    /// <summary>True when it is over.</summary>
    public bool IsGone(DateTimeOffset now) => !Config.AfterSunset && Config.Sunset <= now;

    /// <summary>Tells it. What the configuration says counts more than what an instance said of itself.</summary>
    public void Write(IHeaderDictionary headers, RouteMatch match)
    {
        if (deprecation is not null)
        {
            headers[InstanceNotice.DeprecationHeader] = deprecation;
        }

        if (sunset is not null)
        {
            headers[InstanceNotice.SunsetHeader] = sunset;
        }

        foreach (var link in links)
        {
            headers.Append("Link", link);
        }

        if (successor?.Fill(hole => hole == VersionChoice.Hole ? successorName : match.Values.GetValueOrDefault(hole)) is { } address)
        {
            headers.Append("Link", Link(address, "successor-version"));
        }
    }

    /// <summary>A date as RFC 9745 writes it.</summary>
    public static string Deprecation(DateTimeOffset date) => "@" + date.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>A date as RFC 8594 writes it.</summary>
    public static string Sunset(DateTimeOffset date) => date.ToString("r", CultureInfo.InvariantCulture);

    private static string Link(string address, string relation) => $"<{address}>; rel=\"{relation}\"";
}
