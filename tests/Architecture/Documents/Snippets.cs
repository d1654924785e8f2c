using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

/// <summary>C# that a document shows stands, whole lines in a row, in a file that is compiled: so it cannot rot.</summary>
internal static class Snippets
{
    private const string Fence = "```";
    private static readonly string[] Languages = ["csharp", "cs", "c#"];
    private static readonly string[] CompiledAreas = ["samples/", "tests/", "src/"];

    public static IEnumerable<Violation> Check(Repo repo)
    {
        var compiled = repo.Sources
            .Where(source => CompiledAreas.Any(area => source.Path.StartsWith(area, StringComparison.Ordinal)))
            .Select(source => Lines(source.File.Text))
            .ToList();
        return from document in repo.Files
               where IsChecked(document)
               from snippet in Read(Lines(document.Text))
               where !compiled.Exists(lines => Contains(lines, snippet.Code))
               let first = snippet.Code.FirstOrDefault()?.Trim() ?? ""
               select new Violation(
                   $"{document.Path} {first}",
                   $"{document.Path}:{snippet.Line}: the lines from '{first}' on stand like this in no file of samples, tests or src: copy whole lines from one.");
    }

    private static bool IsChecked(RepoFile file) =>
        file.Path == "README.md"
        || (file.Path.StartsWith("docs/", StringComparison.Ordinal) && file.Name.EndsWith(".md", StringComparison.Ordinal));

    private static IEnumerable<(int Line, string[] Code)> Read(string[] lines)
    {
        for (var line = 0; line < lines.Length; line++)
        {
            if (!lines[line].TrimStart().StartsWith(Fence, StringComparison.Ordinal))
                continue;
            var start = line + 1;
            var end = Array.FindIndex(lines, start, text => text.Trim() == Fence);
            var code = lines[start..(end < 0 ? lines.Length : end)];
            if (Languages.Contains(lines[line].Trim().TrimStart('`').Split(' ')[0].ToLowerInvariant()))
                yield return (start, Unindent(code));
            line = end < 0 ? lines.Length : end;
        }
    }

    private static bool Contains(string[] lines, string[] code)
    {
        if (code.Length == 0)
            return false;
        for (var start = 0; start + code.Length <= lines.Length; start++)
        {
            if (lines[start].EndsWith(code[0], StringComparison.Ordinal) && Unindent(lines[start..(start + code.Length)]).SequenceEqual(code))
                return true;
        }

        return false;
    }

    private static string[] Lines(string text) => [.. text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())];

    private static string[] Unindent(string[] lines)
    {
        var common = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return [.. lines.Select(line => line.Length == 0 ? line : line[common..])];
    }
}
