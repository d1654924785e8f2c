namespace Portolan.Architecture.Tests;

/// <summary>The one list of what may break a rule. An entry that excuses nothing any more fails the tests.</summary>
internal static class Exemptions
{
    public static readonly IReadOnlyList<Exemption> All =
    [
        new("namespaces", "src/Generators/Symbols/IsExternalInit.cs", "The compiler looks for this type under this very name."),
        new("interfaces", "IMessageBus", "The users' seam: what they call, and replace in tests of their own code."),
        new("interfaces", "IBreakerStateStore", "A port with its in-memory implementation; the one over a database comes with the database."),
    ];

    /// <summary>What remains of the violations, and the exemptions that excuse nothing.</summary>
    public static IReadOnlyList<string> Apply(string rule, IEnumerable<Violation> violations, IEnumerable<Exemption> exemptions)
    {
        var found = violations.ToList();
        var own = exemptions.Where(exemption => exemption.Rule == rule).ToList();
        var remaining = found.Where(violation => !own.Any(exemption => exemption.Subject == violation.Subject)).Select(violation => violation.Message);
        var stale = own.Where(exemption => !found.Any(violation => violation.Subject == exemption.Subject))
            .Select(exemption => $"The exemption of {exemption.Subject} from '{rule}' excuses nothing any more: remove it.");
        return [.. remaining, .. stale];
    }
}
