using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;

namespace Portolan.Discovery.Tests.Selection.Policies;

public sealed class WeightedTests
{
    private static readonly SelectionOptions Weighted = new() { Policy = LoadBalancing.Weighted };

    [Fact]
    public void Over_a_cycle_everyone_gets_exactly_its_share()
    {
        var weights = Gen.Choose(1, 40).NonEmptyListOf().Where(list => list.Count <= 30);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(weights.ToArbitrary(), given =>
        {
            var fleet = new Fleet(Weighted, Fleet.Many(given.Count, index => given[index]));
            var spread = fleet.Spread(given.Sum() * 3);
            return given.Index().All(entry => spread[$"i-{entry.Index}"] == entry.Item * 3);
        }));
    }

    [Fact]
    public void Nobodys_turns_are_bunched()
    {
        // One as heavy as all the others together: every second turn is its.
        var fleet = new Fleet(Weighted, Fleet.Many(100, index => index == 0 ? 99 : 1));
        var turns = Enumerable.Range(0, 2 * 198).Select(_ => fleet.PickId()).ToList();
        var (run, longest) = (0, 0);
        for (var turn = 1; turn < turns.Count; turn++)
        {
            run = (turns[turn] == "i-0") == (turns[turn - 1] == "i-0") ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        Assert.InRange(longest, 0, 1);
    }

    [Fact]
    public void Weights_whose_cycle_would_be_too_long_are_rounded_a_little()
    {
        var fleet = new Fleet(Weighted, Fleet.Instance("a", 1_000_000), Fleet.Instance("b", 999_999), Fleet.Instance("c", 1));
        var spread = fleet.Spread(1 << 17);
        Assert.InRange(spread["a"], 65_000, 66_000);
        Assert.InRange(spread["b"], 65_000, 66_000);
        Assert.InRange(spread["c"], 1, 10);
    }

    [Theory]
    [InlineData("-3")]
    [InlineData("many")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public void A_weight_that_is_none_is_the_usual_one(string weight) =>
        Assert.Equal(100, new Fleet(Weighted, Fleet.Instance("a", weight)).Pick().Weight);

    [Fact]
    public void Turns_without_weights_are_plain_turns_and_a_second_attempt_takes_nobodys()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 3);
        var first = new[] { fleet.Pick(), fleet.Pick(), fleet.Pick() };
        Assert.Equal(3, first.Distinct().Count());

        for (var attempt = 0; attempt < 20; attempt++)
        {
            Assert.NotSame(first[2], fleet.Pick(avoid: first[2]));
        }

        Assert.Equal(first, [fleet.Pick(), fleet.Pick(), fleet.Pick()]);
    }

    [Fact]
    public void By_chance_everyone_gets_about_the_same()
    {
        var spread = new Fleet(LoadBalancing.Random, 10).Spread(20_000);
        Assert.All(spread.Values, count => Assert.InRange(count, 1_800, 2_200));
    }
}
