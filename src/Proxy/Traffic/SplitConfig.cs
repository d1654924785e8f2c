using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Traffic;

/// <summary>Requests of a route that are divided between services, each subject always to the same one.</summary>
public sealed record SplitConfig
{
    /// <summary>What operators call it. Routes that give the same name share its weights, and a subject has the same variant on all of them.</summary>
    public required string Name { get; init; }

    /// <summary>At least two. The first is what there was before.</summary>
    public required ConfigList<VariantConfig> Variants { get; init; }

    /// <summary>Who stays with a variant.</summary>
    [JsonPropertyName("by")]
    public SubjectConfig Subject { get; init; } = SubjectConfig.Default;

    /// <summary>True: a request may choose for itself, by <c>X-Canary</c> or the cookie <c>canary</c>.</summary>
    public bool Override { get; init; }

    /// <summary>True: the answer names the variant in <c>X-Variant</c>.</summary>
    public bool Show { get; init; }
}

/// <summary>One of the services that a route's requests are divided between.</summary>
/// <param name="Name">Unique in the split.</param>
/// <param name="Service">Where its requests go.</param>
/// <param name="Weight">Its share, against the sum of all; 0 to 1,000,000.</param>
public sealed record VariantConfig(string Name, string Service, int Weight)
{
    /// <summary>The largest weight.</summary>
    public const int MaximumWeight = 1_000_000;
}

/// <summary>What tells one subject from another.</summary>
/// <param name="By">The kind.</param>
/// <param name="Name">Of the header or cookie; empty for an address.</param>
public sealed record SubjectConfig(SubjectKind By, string Name)
{
    /// <summary>A cookie that the gateway gives to whoever has none.</summary>
    public static SubjectConfig Default { get; } = new(SubjectKind.Cookie, "portolan-subject");
}

/// <summary>Kinds of subjects.</summary>
public enum SubjectKind
{
    /// <summary>A browser: by a cookie of the gateway's own.</summary>
    Cookie,

    /// <summary>Whoever a header names, such as a user or a tenant; without it, an address.</summary>
    Header,

    /// <summary>A client's address.</summary>
    Address,
}
