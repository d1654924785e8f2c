using System.Net;
using System.Net.Sockets;
using Portolan.Cli.Processes;

namespace Portolan.Cli.Tests.Processes;

public sealed class PortsTests
{
    [Fact]
    public void Picked_ports_are_free_different_and_outside_the_range_of_outgoing_connections()
    {
        var ports = new Ports(Random.Shared);

        var picked = Enumerable.Range(0, 50).Select(_ => ports.Pick()).ToList();

        Assert.Equal(50, picked.Distinct().Count());
        Assert.All(picked, port => Assert.InRange(port, Ports.First, Ports.Last));
        Assert.All(picked.Take(3), port => Assert.True(Ports.IsFree(port)));
    }

    [Fact]
    public void A_port_that_somebody_listens_on_is_not_free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        Assert.False(Ports.IsFree(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    [Fact]
    public void A_reserved_port_is_not_picked()
    {
        var first = new Ports(Seeded()).Pick();
        var ports = new Ports(Seeded());
        ports.Reserve(first);

        Assert.NotEqual(first, ports.Pick());
    }

    private static Random Seeded() => new(42);
}
