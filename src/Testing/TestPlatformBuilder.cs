using System.Reflection;
using Portolan.Hosting;
using Portolan.Messaging.Transport;

namespace Portolan.Testing;

/// <summary>Collects what a <see cref="TestPlatform"/> runs.</summary>
public sealed class TestPlatformBuilder
{
    internal List<(string Name, ServiceParts Parts, Action<TestServiceOptions>? Configure)> Services { get; } = [];

    /// <summary>When it begins; null takes the clock's own beginning.</summary>
    public DateTimeOffset? StartTime { get; set; }

    /// <summary>How the bus behaves: duplicates, reordering.</summary>
    public InMemoryBusOptions Bus { get; } = new();

    /// <summary>Adds a service by its parts.</summary>
    public TestPlatformBuilder Service(string name, ServiceParts parts, Action<TestServiceOptions>? configure = null)
    {
        Services.Add((name, parts, configure));
        return this;
    }

    /// <summary>Adds a real service by its assembly: <c>typeof(SomethingOfOrders).Assembly</c>.</summary>
    public TestPlatformBuilder Service(string name, Assembly service, Action<TestServiceOptions>? configure = null) =>
        Service(name, TestParts.Of(service), configure);

    /// <summary>Adds a service written here.</summary>
    public TestPlatformBuilder Service(string name, Action<TestParts> parts, Action<TestServiceOptions>? configure = null)
    {
        var written = new TestParts();
        parts(written);
        return Service(name, written.Build(), configure);
    }
}
