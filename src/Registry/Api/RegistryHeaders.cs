namespace Portolan.Registry.Api;

/// <summary>Headers of the registry's answers.</summary>
public static class RegistryHeaders
{
    /// <summary>The service's index: give it back to wait for the next change.</summary>
    public const string Index = "X-Portolan-Index";

    /// <summary>
    /// Seconds. On an empty answer of a server that has only just started and has not heard of the service yet: a client that
    /// knows instances keeps them so long.
    /// </summary>
    public const string Grace = "X-Portolan-Grace";
}
