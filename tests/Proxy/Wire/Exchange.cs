namespace Portolan.Proxy.Tests.Wire;

/// <summary>One request and the answer that the service has for it, as bytes and as what they mean.</summary>
internal sealed record Exchange
{
    public required string Method { get; init; }

    public required string Target { get; init; }

    public required WireMessage Request { get; init; }

    public required byte[] RequestBytes { get; init; }

    public required int Status { get; init; }

    public required WireMessage Response { get; init; }

    /// <summary>With the 1xx that come before it.</summary>
    public required byte[] ResponseBytes { get; init; }

    /// <summary>The client speaks HTTP/1.0 or says that it ends the connection.</summary>
    public required bool ClientCloses { get; init; }

    /// <summary>The service ends the connection behind its answer.</summary>
    public required bool ServiceCloses { get; init; }
}
