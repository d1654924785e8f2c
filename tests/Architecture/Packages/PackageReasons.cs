using System.Xml.Linq;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Packages;

/// <summary>Every package version stands under a comment that says why it is here; packages without a blank line between share one.</summary>
internal static class PackageReasons
{
    public static IEnumerable<Violation> Check(Repo repo) =>
        CentralPackages.Document(repo).Descendants("PackageVersion")
            .Where(package => !HasReason(package))
            .Select(package => new Violation(
                CentralPackages.Id(package), $"{CentralPackages.File}: '{CentralPackages.Id(package)}' has no reason: write a comment above it that says what it is for."));

    private static bool HasReason(XElement package)
    {
        for (var node = package.PreviousNode; node is not null; node = node.PreviousNode)
        {
            if (node is XComment comment)
                return comment.Value.Trim().Length > 10;
            if (node is XText blank && blank.Value.AsSpan().Count('\n') > 1)
                return false;
        }

        return false;
    }
}
