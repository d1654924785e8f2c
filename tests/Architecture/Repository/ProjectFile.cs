using System.Xml.Linq;

namespace Portolan.Architecture.Tests.Repository;

/// <summary>A project, such as <c>src/Messaging/Messaging.csproj</c>.</summary>
internal sealed class ProjectFile(RepoFile file)
{
    private readonly Lazy<XDocument> _xml = new(() => XDocument.Parse(file.Text));

    public RepoFile File { get; } = file;

    public string Folder => File.Folder;

    /// <summary>src, tests, samples or bench.</summary>
    public string Area => File.Path[..File.Path.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The room, of a project in <c>src</c>.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File.Name);

    public string RootNamespace => $"Portolan.{Name}";

    /// <summary>Names of the projects it references.</summary>
    public IEnumerable<string> References =>
        _xml.Value.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
