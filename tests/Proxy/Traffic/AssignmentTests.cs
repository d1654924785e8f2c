using Portolan.Discovery.Selection.Policies;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Tests.Traffic;

public sealed class AssignmentTests
{
    private const int Subjects = 20_000;

    [Fact]
    public void Subjects_are_divided_as_the_weights_say()
    {
        var split = Split("orders", 70, 20, 10);

        var counts = Enumerable.Range(0, Subjects).CountBy(number => Of(split, number)).ToDictionary();

        Assert.InRange(counts["a"], Subjects * 0.68, Subjects * 0.72);
        Assert.InRange(counts["b"], Subjects * 0.18, Subjects * 0.22);
        Assert.InRange(counts["c"], Subjects * 0.08, Subjects * 0.12);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("c")]
    public void Who_moves_when_a_weight_is_raised_moves_to_that_variant(string raised)
    {
        var split = Split("orders", 80, 10, 10);
        var before = Enumerable.Range(0, Subjects).Select(number => Of(split, number)).ToList();

        Assert.Null(split.Change(new Dictionary<string, int> { [raised] = 30 }));

        var moved = Enumerable.Range(0, Subjects).Where(number => Of(split, number) != before[number]).ToList();
        Assert.NotEmpty(moved);
        Assert.All(moved, number => Assert.Equal(raised, Of(split, number)));
    }

    [Fact]
    public void Growing_a_canary_from_one_to_all_only_ever_adds()
    {
        var split = new Split(new SplitConfig { Name = "orders", Variants = [new VariantConfig("stable", "a", 99), new VariantConfig("canary", "b", 1)] });
        var there = new HashSet<int>();
        foreach (var percent in (int[])[1, 10, 50, 99, 100])
        {
            split.Change(new Dictionary<string, int> { ["stable"] = 100 - percent, ["canary"] = percent });
            var now = Enumerable.Range(0, Subjects).Where(number => Of(split, number) == "canary").ToHashSet();
            Assert.Superset(there, now);
            Assert.InRange(now.Count, Subjects * (percent - 2) / 100, Subjects * (percent + 2) / 100);
            there = now;
        }
    }

    [Fact]
    public void Two_splits_choose_other_subjects_and_two_of_one_name_the_same()
    {
        var (one, other, again) = (Split("orders", 50, 50, 0), Split("payments", 50, 50, 0), Split("orders", 50, 50, 0));

        var alike = Enumerable.Range(0, Subjects).Count(number => Of(one, number) == Of(other, number));

        Assert.InRange(alike, Subjects * 0.47, Subjects * 0.53);
        Assert.All(Enumerable.Range(0, 100), number => Assert.Equal(Of(one, number), Of(again, number)));
    }

    [Fact]
    public void True_is_the_canary_or_else_the_second()
    {
        var named = new Split(new SplitConfig
        {
            Name = "x", Variants = [new VariantConfig("a", "a", 1), new VariantConfig("b", "b", 1), new VariantConfig("canary", "c", 0)],
        });

        Assert.Equal("canary", named.Named("true")!.Name);
        Assert.Equal("a", named.Named("FALSE")!.Name);
        Assert.Equal("b", Split("x", 1, 1, 1).Named("true")!.Name);
        Assert.Null(named.Named("d"));
    }

    private static string Of(Split split, int number) => split.Choose(KeyHash.Of($"user-{number}")).Name;

    private static Split Split(string name, int a, int b, int c) => new(new SplitConfig
    {
        Name = name, Variants = [new VariantConfig("a", "a", a), new VariantConfig("b", "b", b), new VariantConfig("c", "c", c)],
    });
}
