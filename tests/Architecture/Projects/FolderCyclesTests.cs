using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Projects;

public sealed class FolderCyclesTests
{
    [Theory]
    [InlineData("using Portolan.Room.A;", "")]
    [InlineData("using static Portolan.Room.A.X;", "")]
    [InlineData("using X = Portolan.Room.A.X;", "")]
    [InlineData("", "Portolan.Room.A.X Field;")]
    [InlineData("", "object Field = global::Portolan.Room.A.X.Create();")]
    [InlineData("", "A.X Field;")]
    public void A_use_in_each_direction_is_a_circle(string directive, string member)
    {
        var violation = Assert.Single(Check("using Portolan.Room.B;", $"{directive} namespace Portolan.Room.B; class Y {{ {member} }}"));

        Assert.Contains("A -> B (src/Room/A/X.cs), B -> A (src/Room/B/Y.cs)", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("using Portolan.Other.A;")]
    [InlineData("using Portolan.Room.B.Inner;")]
    [InlineData("using Portolan.Room;")]
    [InlineData("namespace Portolan.Room.B; class Y { int A; int Z => A.X; }")]
    [InlineData("/// <summary><see cref=\"A.X\"/></summary> class Y;")]
    public void Other_names_are_no_use_of_the_folder(string source) => Assert.Empty(Check("using Portolan.Room.B;", source));

    [Fact]
    public void Every_circle_of_a_room_is_found() =>
        Assert.Equal(
            ["Room: A -> B", "Room: B -> C"],
            FolderCycles.Check(Repo.Of(
                ("src/Room/Room.csproj", "<Project />"),
                ("src/Room/A/X.cs", "using Portolan.Room.B;"),
                ("src/Room/B/Y.cs", "using Portolan.Room.A; using Portolan.Room.C;"),
                ("src/Room/C/Z.cs", "using Portolan.Room.B;"))).Select(violation => violation.Subject));

    [Fact]
    public void A_longer_circle_is_found() =>
        Assert.Equal(["b", "c", "d"], Cycle.Find([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("a", "d")])!);

    [Fact]
    public void Two_ways_to_one_place_are_no_circle() =>
        Assert.Null(Cycle.Find([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]));

    private static IEnumerable<Violation> Check(string a, string b) =>
        FolderCycles.Check(Repo.Of(("src/Room/Room.csproj", "<Project />"), ("src/Room/A/X.cs", a), ("src/Room/B/Y.cs", b)));
}
