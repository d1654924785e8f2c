using System.Text.RegularExpressions;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

/// <summary>What a document links to in the repository is there.</summary>
internal static partial class Links
{
    public static IEnumerable<Violation> Check(Repo repo)
    {
        var known = repo.Files.SelectMany(file => Parents(file.Path)).ToHashSet(StringComparer.Ordinal);
        return from document in repo.Files
               where document.Name.EndsWith(".md", StringComparison.Ordinal)
               from target in Targets(document.Text)
               where !known.Contains(Resolve(document.Folder, target))
               select new Violation($"{document.Path} {target}", $"{document.Path} links to {target}, which is not there: correct or remove the link.");
    }

    private static IEnumerable<string> Targets(string text) =>
        Link().Matches(Code().Replace(text, ""))
            .Select(match => Uri.UnescapeDataString((match.Groups["inline"].Value + match.Groups["reference"].Value).Split('#')[0]))
            .Where(target => target.Length > 0 && !Elsewhere().IsMatch(target));

    private static string Resolve(string folder, string target)
    {
        var parts = new List<string>();
        foreach (var part in (target.StartsWith('/') ? target : $"{folder}/{target}").Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static IEnumerable<string> Parents(string path)
    {
        yield return "";
        for (; path.Length > 0; path = path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "")
            yield return path;
    }

    [GeneratedRegex(@"^(`{3,}|~{3,})[\s\S]*?^\1|`[^`\n]*`", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<inline>[^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(?<reference>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9+.-]*:")]
    private static partial Regex Elsewhere();
}
