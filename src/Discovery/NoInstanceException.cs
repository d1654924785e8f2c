namespace Portolan.Discovery;

/// <summary>A request was made to a service by name and there is no instance to send it to.</summary>
public sealed class NoInstanceException(string service, string message) : HttpRequestException(message)
{
    /// <summary>Name of the service.</summary>
    public string Service { get; } = service;

    /// <summary>Why there is none; the message also says what to do.</summary>
    public string Why { get; private init; } = message;

    /// <summary>Says why there is none, and what to do.</summary>
    internal static NoInstanceException Of(string service, ServiceSnapshot? snapshot)
    {
        var why = snapshot?.Instances.Count > 0
            ? $"None of the {snapshot.Instances.Count} instances of '{service}' is healthy."
            : snapshot?.Stale is true
                ? $"No instance of '{service}' is known, and the registry does not answer."
                : $"No instance of '{service}' is registered.";
        return new NoInstanceException(
            service,
            $"{why} Start one, check 'portolan registry show {service}', or give addresses in Portolan:Services:{service}.") { Why = why };
    }
}
