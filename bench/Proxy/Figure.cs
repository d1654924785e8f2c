namespace Portolan.Bench.Proxy;

/// <summary>One figure beside a peer's of the same run; a peer without a value is missing, and <paramref name="Note"/> says why.</summary>
internal sealed record Figure(string Name, double? Value, string Unit, string Peer, double? PeerValue, string? Note = null)
{
    public double? Ratio => PeerValue is > 0 ? Value / PeerValue : null;
}
