using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Projects;

public sealed class ReferencesTests
{
    [Fact]
    public void A_reference_the_table_does_not_have_is_found() =>
        Assert.Equal(["Messaging -> Sagas"], Subjects(Project("Messaging", "Core", "Sagas")));

    [Fact]
    public void A_room_without_a_row_is_found() => Assert.Equal(["Kitchen"], Subjects(Project("Kitchen", "Core")));

    [Fact]
    public void References_of_the_table_are_allowed() => Assert.Empty(Subjects(Project("Sagas", "Core", "Messaging")));

    [Fact]
    public void A_namespace_that_came_along_with_a_reference_is_found() =>
        Assert.Equal(
            ["Composition -> Discovery"],
            Subjects(Project("Composition", "Core"), ("src/Composition/A.cs", "using Portolan.Core.Http; using Portolan.Discovery.Clients;")));

    [Fact]
    public void Projects_outside_src_reference_what_they_like() =>
        Assert.Empty(Subjects(("tests/Core/Core.Tests.csproj", Project("Core", "Cli").Text)));

    [Fact]
    public void Windows_separators_are_understood() =>
        Assert.Equal(
            ["Core -> Sagas"],
            Subjects(("src/Core/Core.csproj", """<Project><ItemGroup><ProjectReference Include="..\Sagas\Sagas.csproj" /></ItemGroup></Project>""")));

    [Fact]
    public void The_table_itself_has_no_circle() =>
        Assert.Null(Cycle.Find(References.Allowed.SelectMany(row => row.Value.Select(to => (row.Key, to)))));

    [Fact]
    public void The_table_names_rooms_it_has_rows_for() =>
        Assert.Empty(References.Allowed.Values.SelectMany(rooms => rooms).Except(References.Allowed.Keys));

    private static IEnumerable<string> Subjects(params (string, string)[] files) =>
        References.Check(Repo.Of(files)).Select(violation => violation.Subject);

    private static (string Path, string Text) Project(string name, params string[] references) =>
        ($"src/{name}/{name}.csproj",
            $"<Project><ItemGroup>{string.Concat(references.Select(reference => $"<ProjectReference Include=\"../{reference}/{reference}.csproj\" />"))}</ItemGroup></Project>");
}
