namespace Portolan.Architecture.Tests.Packages;

/// <summary>Packages whose newer versions are not free to use.</summary>
internal static class ForbiddenPackages
{
    private static readonly IReadOnlyList<(string Prefix, int From)> Forbidden =
    [
        ("MassTransit", 9),
        ("MediatR", 13),
        ("AutoMapper", 15),
        ("Duende.", 0),
        ("KurrentDB.", 0),
        ("EventStore.Client.", 24),
        ("NServiceBus", 0),
    ];

    public static IEnumerable<Violation> Check(IEnumerable<(string Id, string Version)> packages) =>
        from package in packages.Distinct()
        from forbidden in Forbidden
        where IsNamed(package.Id, forbidden.Prefix) && Major(package.Version) >= forbidden.From
        select new Violation(package.Id, $"{package.Id} {package.Version} is under a commercial licence: {(forbidden.From == 0 ? "do without it" : $"stay below {forbidden.From}")}.");

    private static bool IsNamed(string id, string prefix) =>
        id.Equals(prefix, StringComparison.OrdinalIgnoreCase)
        || id.StartsWith(prefix.EndsWith('.') ? prefix : prefix + ".", StringComparison.OrdinalIgnoreCase);

    private static int Major(string version) => int.Parse(version.TrimStart('[', '(').Split('.', '-', ',', ']')[0]);
}
