namespace Portolan.Architecture.Tests.Repository;

/// <summary>A file by its path from the root, with slashes on every system.</summary>
internal sealed class RepoFile(string path, Func<string> read)
{
    private readonly Lazy<string> _text = new(read);

    public string Path { get; } = path;

    public string Text => _text.Value;

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>As an editor counts them: a newline at the end starts no line.</summary>
    public int Lines => Text.Length == 0 ? 0 : Text.AsSpan().TrimEnd('\n').Count('\n') + 1;
}
