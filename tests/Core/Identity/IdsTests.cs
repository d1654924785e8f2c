using Portolan.Core.Identity;

namespace Portolan.Core.Tests.Identity;

public sealed class IdsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void An_identifier_is_a_UUID_of_version_7_with_the_clocks_millisecond()
    {
        var text = Ids.NewText(new StoppedClock());
        var id = Guid.ParseExact(text, "N");

        Assert.Equal(7, id.Version);
        Assert.InRange(id.Variant, 8, 11);
        Assert.Equal(Noon.ToUnixTimeMilliseconds(), Convert.ToInt64(text[..12], 16));
        Assert.Equal(7, Ids.New(new StoppedClock()).Version);
    }

    [Fact]
    public void Identifiers_of_one_millisecond_differ_on_all_threads()
    {
        var ids = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8)
            .SelectMany(_ => Enumerable.Range(0, 1000).Select(_ => Ids.New(new StoppedClock())).ToList()).ToList();

        Assert.Equal(8000, ids.Distinct().Count());
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Noon;
    }
}
