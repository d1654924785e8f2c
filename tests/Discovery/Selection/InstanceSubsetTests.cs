using Portolan.Discovery.Selection;

namespace Portolan.Discovery.Tests.Selection;

public sealed class InstanceSubsetTests
{
    private static readonly InstanceSubset Second = new("api_version", "v2");

    [Fact]
    public void Those_that_say_so_are_chosen() =>
        Assert.Equal(["b"], Second.Of([Instance("a", "v1"), Instance("b", "V2"), Instance("c", null)]).Select(one => one.Id));

    [Fact]
    public void Where_none_says_anything_all_are() =>
        Assert.Equal(["a", "b"], Second.Of([Instance("a", null), Instance("b", null)]).Select(one => one.Id));

    [Fact]
    public void Where_others_say_something_else_nobody_is() =>
        Assert.Empty(Second.Of([Instance("a", "v1"), Instance("b", null)]));

    private static ServiceInstance Instance(string id, string? version) =>
        new(id, "127.0.0.1", 1, Healthy: true, "healthy", [], version is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["api_version"] = version });
}
