namespace Portolan.Proxy.Upstreams;

/// <summary>
/// The connection ended before an answer, and the request may be sent to another instance: it has no body, and happening twice
/// is as good as once. Thrown for the first attempt only: a request that kills whoever takes it must not get them all.
/// </summary>
internal sealed class BrokenOffException(Exception reason) : Exception(reason.Message, reason);
