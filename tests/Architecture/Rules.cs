using Portolan.Architecture.Tests.Code;
using Portolan.Architecture.Tests.Documents;
using Portolan.Architecture.Tests.Packages;
using Portolan.Architecture.Tests.Projects;
using Portolan.Architecture.Tests.Repository;
using Portolan.Architecture.Tests.Text;

namespace Portolan.Architecture.Tests;

/// <summary>Every rule the repository keeps.</summary>
internal static class Rules
{
    public static readonly IReadOnlyDictionary<string, Func<Repo, IEnumerable<Violation>>> All = new Dictionary<string, Func<Repo, IEnumerable<Violation>>>
    {
        ["references"] = References.Check,
        ["folder cycles"] = FolderCycles.Check,
        ["file length"] = Sizes.Files,
        ["method length"] = Sizes.Methods,
        ["project length"] = Sizes.Projects,
        ["files in a folder"] = Sizes.Folders,
        ["folder depth"] = Sizes.Depth,
        ["room size"] = Sizes.Rooms,
        ["sealed"] = Sealing.Check,
        ["interfaces"] = Interfaces.Check,
        ["folder names"] = Names.Folders,
        ["namespaces"] = Names.Namespaces,
        ["regions"] = Comments.Regions,
        ["debts"] = Comments.Debts,
        ["dead code"] = Comments.DeadCode,
        ["package reasons"] = PackageReasons.Check,
        ["forbidden packages"] = repo => ForbiddenPackages.Check(CentralPackages.Read(repo)),
        ["links"] = Links.Check,
        ["snippets"] = Snippets.Check,
    };
}
