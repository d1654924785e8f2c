namespace Portolan.Discovery;

/// <summary>How long an answer of the registry serves where it cannot be watched.</summary>
public static class CachePresets
{
    /// <summary>For services whose instances come and go: 5 seconds.</summary>
    public static TimeSpan Volatile { get; } = TimeSpan.FromSeconds(5);

    /// <summary>For most services: 30 seconds.</summary>
    public static TimeSpan Standard { get; } = TimeSpan.FromSeconds(30);

    /// <summary>For services that hardly ever move: 120 seconds.</summary>
    public static TimeSpan Stable { get; } = TimeSpan.FromSeconds(120);
}
