namespace Portolan.Proxy.Upstreams;

/// <summary>A request could not be brought to an instance because of whoever sent it: its body ended early, was too large or too slow.</summary>
internal sealed class ClientFailedException(Exception reason) : Exception(reason.Message, reason);
