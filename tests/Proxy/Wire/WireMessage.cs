namespace Portolan.Proxy.Tests.Wire;

/// <summary>One message of HTTP/1.1 as it came over a connection, its body without framing.</summary>
internal sealed record WireMessage(string StartLine, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>All values of a header, in their order.</summary>
    public string[] All(string name) => [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];

    public bool Says(string name, string option) =>
        All(name).SelectMany(value => value.Split(',')).Any(one => one.Trim().Equals(option, StringComparison.OrdinalIgnoreCase));
}
