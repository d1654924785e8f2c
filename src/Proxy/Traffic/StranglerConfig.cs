using System.Text.Json.Serialization;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Traffic;

/// <summary>A capability that moves out of an old system: answered by the old one, the new one, or by both in shares.</summary>
public sealed record StranglerConfig
{
    /// <summary>Name of the variant that is the old system.</summary>
    public const string LegacyName = "legacy";

    /// <summary>Name of the variant that is the new service.</summary>
    public const string ModernName = "modern";

    /// <summary>What operators call it. Routes of the same capability are switched together.</summary>
    public required string Capability { get; init; }

    /// <summary>The service that is the old system.</summary>
    public required string Legacy { get; init; }

    /// <summary>The service that takes over.</summary>
    public required string Modern { get; init; }

    /// <summary>Percent of the subjects that <see cref="Modern"/> answers: 0 is the old system alone, 100 the new service alone.</summary>
    public int Percent { get; init; }

    /// <summary>Who stays on one side while both answer.</summary>
    [JsonPropertyName("by")]
    public SubjectConfig Subject { get; init; } = SubjectConfig.Default;

    /// <summary>True: a request may choose its side, by <c>X-Canary</c> or the cookie <c>canary</c>.</summary>
    public bool Override { get; init; }

    /// <summary>True: the answer names the side in <c>X-Variant</c>.</summary>
    public bool Show { get; init; }

    /// <summary>The split that it is.</summary>
    internal SplitConfig ToSplit() => new()
    {
        Name = Capability,
        Variants = [new VariantConfig(LegacyName, Legacy, 100 - Percent), new VariantConfig(ModernName, Modern, Percent)],
        Subject = Subject,
        Override = Override,
        Show = Show,
    };
}
