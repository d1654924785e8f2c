namespace Portolan.Architecture.Tests.Packages;

/// <summary>Every package is under a licence that lets anybody use, change and sell what contains it.</summary>
internal static class Licences
{
    private static readonly HashSet<string> Permissive =
        ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "ISC", "0BSD", "Unlicense", "Zlib", "BSL-1.0"];

    // Packages from before licence expressions link to the text.
    private static readonly Dictionary<string, string> Urls = new Dictionary<string, string>
    {
        ["https://github.com/dotnet/corefx/blob/master/LICENSE.TXT"] = "MIT",
        ["https://github.com/dotnet/standard/blob/master/LICENSE.TXT"] = "MIT",
    };

    /// <summary>Packages whose licence was looked up by hand, with what was found.</summary>
    private static readonly IReadOnlyDictionary<string, string> Known = new Dictionary<string, string>
    {
        ["Microsoft.NETCore.Platforms/1.1.0"] =
            "Microsoft .NET Library licence, which allows use and redistribution; only a list of runtime names that NETStandard.Library "
            + "brings while the generator is built, and nothing of it is shipped. Later versions are MIT.",
        ["CommandLineParser/2.9.1"] = "MIT, in License.md of its package; BenchmarkDotNet brings it, and nothing of it is shipped.",
        ["Microsoft.DotNet.PlatformAbstractions/3.1.6"] = "MIT, in LICENSE.TXT of its package; BenchmarkDotNet brings it, and nothing of it is shipped.",
    };

    public static IEnumerable<Violation> Check(IEnumerable<InstalledPackage> packages) =>
        Check(packages, Known);

    public static IEnumerable<Violation> Check(IEnumerable<InstalledPackage> packages, IReadOnlyDictionary<string, string> known) =>
        packages
            .Where(package => !known.ContainsKey($"{package.Id}/{package.Version}") && !IsPermissive(package))
            .Select(package => new Violation(
                package.Id,
                $"{package.Id} {package.Version} is under '{package.LicenceExpression ?? package.LicenceUrl ?? "no licence that its package names"}': use another package, or look the licence up and list it with what you found."));

    private static bool IsPermissive(InstalledPackage package) => package switch
    {
        { LicenceExpression: { } expression } => IsPermissive(expression),
        { LicenceUrl: { } url } => Urls.ContainsKey(url),
        _ => false,
    };

    // "A OR B" leaves the choice to us, "A AND B" does not.
    private static bool IsPermissive(string expression) =>
        expression.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal).Split(" AND ")
            .All(part => part.Split(" OR ").Any(licence => Permissive.Contains(licence.Trim())));
}
