namespace Portolan.Hosting.Configuration;

/// <summary>The service cannot start as it is configured or written; lists everything that is wrong.</summary>
public sealed class PortolanConfigurationException(string service, IReadOnlyList<string> errors)
    : Exception($"{service} cannot start:{string.Concat(errors.Select(error => "\n  - " + error))}")
{
    /// <summary>What is wrong, each with the fix.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;

    /// <summary>The message alone: where in our code it was found helps nobody.</summary>
    public override string ToString() => Message;
}
