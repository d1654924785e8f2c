using System.Text.RegularExpressions;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

/// <summary>No tracked file names a folder of the machine it was written on.</summary>
internal static class Workplace
{
    // In pieces, so that this file does not name them either.
    private static readonly Regex Names = new(string.Join('|', "/wo" + "rk/", "/tmp/" + "wt", @"(?<!\w)\.libra" + @"ry\b", "/tmp/" + @"plan\.md"));

    public static IEnumerable<Violation> Check(IEnumerable<RepoFile> files) =>
        from file in files
        let match = Names.Match(file.Text)
        where match.Success
        select new Violation(file.Path, $"{file.Path}:{file.Text.AsSpan(0, match.Index).Count('\n') + 1} names '{match.Value}', a folder of one machine: remove it.");
}
