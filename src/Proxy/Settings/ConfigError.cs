namespace Portolan.Proxy.Settings;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Where">Place in it, such as <c>routes[2].compose.customer.path</c>.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
public sealed record ConfigError(string Where, string Message)
{
    /// <inheritdoc />
    public override string ToString() => $"{Where}: {Message}";
}

/// <summary>A gateway was to be made of a configuration that has errors.</summary>
public sealed class GatewayConfigException(IReadOnlyList<ConfigError> errors)
    : Exception("The gateway's configuration has errors:\n" + string.Join('\n', errors))
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<ConfigError> Errors { get; } = errors;
}
