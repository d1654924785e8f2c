using Microsoft.AspNetCore.Http;
using Portolan.Discovery;

namespace Portolan.Proxy.Upstreams;

/// <summary>The head of a service's answer, with its body still to come. Disposing it gives up what has not been read.</summary>
internal abstract class UpstreamResponse : IDisposable
{
    /// <summary>The status code, 200 to 999.</summary>
    public abstract int Status { get; }

    /// <summary>True when the instance answered before it had all of the request.</summary>
    public virtual bool IsEarly => false;

    /// <summary>The status of a call of gRPC that was over with the head; null of all else.</summary>
    public virtual string? GrpcStatus => null;

    /// <summary>The instance that answered.</summary>
    public required ServiceInstance Instance { get; init; }

    /// <summary>The value of a header as it came; null when it is not there.</summary>
    public abstract string? Header(string name);

    /// <summary>Makes the head of the response to the client out of this one.</summary>
    /// <exception cref="InvalidOperationException">It cannot be passed on.</exception>
    public abstract void CopyHead(HttpResponse to);

    /// <summary>
    /// Streams the body to the client, and starts the response even where there is none: an error without a body is the
    /// service's own, and nobody may write one for it.
    /// </summary>
    /// <param name="context">The client's request.</param>
    /// <param name="silence">How long the service may send nothing.</param>
    /// <exception cref="BodyException">The body is not all there; what was copied of it must not look whole.</exception>
    public abstract ValueTask CopyBodyAsync(HttpContext context, TimeSpan silence);

    /// <inheritdoc />
    public abstract void Dispose();
}

/// <summary>A service's body ended before its end, or the client that was to get it has left.</summary>
internal sealed class BodyException(string reason, Exception? inner = null) : IOException(reason, inner);
