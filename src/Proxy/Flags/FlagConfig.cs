using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Flags;

/// <summary>A feature flag: for some it is on, for others off, and each stays with what it is.</summary>
public sealed record FlagConfig
{
    /// <summary>The most flags that a gateway can have.</summary>
    public const int Most = 64;

    /// <summary>What services ask for: 1 to 64 of a-z, 0-9 and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Percent of the subjects for whom it is on, 0 to 100. Default 0: for nobody.</summary>
    public int Percent { get; init; }

    /// <summary>Subjects for whom it is on at any percentage: values of the header or cookie, or addresses.</summary>
    public ConfigList<string> Always { get; init; } = [];

    /// <summary>Who stays with what it is.</summary>
    public SubjectConfig Subject { get; init; } = SubjectConfig.Default;

    /// <summary>True: a request may choose for itself, by <c>X-Feature-Flags</c> or the cookie <c>feature-</c> and the name.</summary>
    public bool Override { get; init; }
}
