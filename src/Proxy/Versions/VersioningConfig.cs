using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Versions;

/// <summary>The versions of a route, and how requests say which one they mean. The path counts before the header, and that before the media type.</summary>
public sealed record VersioningConfig
{
    /// <summary>Another path of the route, with <c>{version}</c> in it: <c>/{version}/orders/{id}</c>. Services see the route's own path. Null: none.</summary>
    public string? Path { get; init; }

    /// <summary>A header that names the version, as <c>X-API-Version</c>; null: none.</summary>
    public string? Header { get; init; }

    /// <summary>A media type that names it, as <c>application/vnd.shop.{version}+json</c>, in <c>Accept</c> or else in <c>Content-Type</c>. Null: none.</summary>
    public string? MediaType { get; init; }

    /// <summary>The version of requests that name none. Null: they are refused.</summary>
    public string? Default { get; init; }

    /// <summary>All there are.</summary>
    public ConfigList<VersionConfig> Versions { get; init; } = [];

    /// <summary>True when requests may say it on the route's own path, or need not say it.</summary>
    internal bool HasPlainPath => Path is null || Header is not null || MediaType is not null || Default is not null;
}

/// <summary>One version of a route.</summary>
public sealed record VersionConfig
{
    /// <summary>As requests name it; a <c>v</c> in front of a number may be missing there.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The service that answers it. Null: the route's own, by those of its instances whose metadata <c>api_version</c> is this
    /// version, or by all where none says one.
    /// </summary>
    public string? Service { get; init; }

    /// <summary>Since when, or from when on, it is discouraged; told in <c>Deprecation</c> (RFC 9745). Null: it is not.</summary>
    public DateTimeOffset? Deprecated { get; init; }

    /// <summary>Where that is explained; told in <c>Link</c>.</summary>
    public string? DeprecationLink { get; init; }

    /// <summary>When it ends; told in <c>Sunset</c> (RFC 8594), and from then on answered with 410. Null: it does not.</summary>
    public DateTimeOffset? Sunset { get; init; }

    /// <summary>Where that is explained; told in <c>Link</c>.</summary>
    public string? SunsetLink { get; init; }

    /// <summary>True: it is answered after its end too.</summary>
    public bool AfterSunset { get; init; }

    /// <summary>What comes after it: the name of a version, where versions have paths, or an address. Told in <c>Link</c>.</summary>
    public string? Successor { get; init; }
}
