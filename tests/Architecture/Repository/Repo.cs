namespace Portolan.Architecture.Tests.Repository;

/// <summary>The files of the repository, by path from its root, or a few made up to see a rule fail.</summary>
internal sealed class Repo
{
    private static readonly HashSet<string> Skipped = ["artifacts", "bin", "obj", ".git", ".portolan", ".vs", ".idea", "node_modules"];

    private Repo(string root, IEnumerable<RepoFile> files)
    {
        Root = root;
        Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        Projects = [.. Files.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => new ProjectFile(file))];
        Sources = [.. Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal)).Select(file => new SourceFile(file, ProjectOf(file)))];
    }

    public string Root { get; }

    public IReadOnlyList<RepoFile> Files { get; }

    public IReadOnlyList<ProjectFile> Projects { get; }

    public IReadOnlyList<SourceFile> Sources { get; }

    /// <summary>Source of projects in <c>src</c>.</summary>
    public IEnumerable<SourceFile> Product => Sources.Where(source => source.Project?.Area == "src");

    public static Repo FromDisk()
    {
        var root = FindRoot();
        return new(root, Walk(root, "").Select(path => new RepoFile(path, () => File.ReadAllText(Path.Combine(root, path)))));
    }

    public static Repo Of(params (string Path, string Text)[] files) =>
        new("", files.Select(file => new RepoFile(file.Path, () => file.Text)));

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Portolan.slnx")))
                return folder;
        }

        throw new InvalidOperationException($"No Portolan.slnx above {AppContext.BaseDirectory}: run these tests from inside the repository.");
    }

    private static IEnumerable<string> Walk(string root, string folder) =>
        Directory.EnumerateFiles(Path.Combine(root, folder)).Select(file => Join(folder, Path.GetFileName(file)))
            .Concat(Directory.EnumerateDirectories(Path.Combine(root, folder))
                .Select(Path.GetFileName)
                .Where(name => !Skipped.Contains(name!))
                .SelectMany(name => Walk(root, Join(folder, name!))));

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    private ProjectFile? ProjectOf(RepoFile file) =>
        Projects.Where(project => file.Path.StartsWith(project.Folder + "/", StringComparison.Ordinal)).MaxBy(project => project.Folder.Length);
}
