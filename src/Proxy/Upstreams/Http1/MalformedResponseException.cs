namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>What an instance sent is no HTTP/1.1 response, or one that two readers could understand differently.</summary>
internal sealed class MalformedResponseException(string reason) : IOException(reason);
