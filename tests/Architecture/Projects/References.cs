using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Projects;

/// <summary>Which room may reference which: the table of ARCHITECTURE.md.</summary>
internal static class References
{
    private static readonly string[] Libraries =
    [
        "Core", "Resilience", "Observability", "Security", "Discovery", "Messaging", "Sagas", "EventSourcing", "Composition",
        "Schemas", "Contracts", "Migration", "Sqlite", "Postgres", "RabbitMq",
    ];

    /// <summary>A room that is not here yet gets its row when it is made.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["Core"] = [],
        ["Resilience"] = ["Core"],
        ["Observability"] = ["Core"],
        ["Security"] = ["Core"],
        ["Discovery"] = ["Core", "Resilience"],
        ["Messaging"] = ["Core"],
        ["Sagas"] = ["Core", "Messaging"],
        ["EventSourcing"] = ["Core"],
        ["Composition"] = ["Core", "Resilience"],
        ["Schemas"] = ["Core"],
        ["Contracts"] = ["Core"],
        ["Migration"] = ["Core"],
        ["Sqlite"] = ["Core", "Messaging", "Sagas", "EventSourcing"],
        ["Postgres"] = ["Core", "Messaging", "Sagas", "EventSourcing"],
        ["RabbitMq"] = ["Core", "Messaging", "Sagas", "EventSourcing"],
        // Generators as an analyzer only: it ships inside Hosting's package.
        ["Hosting"] = [.. Libraries, "Generators"],
        ["Proxy"] = ["Core", "Resilience", "Observability", "Security", "Discovery", "Composition"],
        ["Registry"] = ["Core", "Security"],
        ["Etcd"] = ["Core", "Registry"],
        ["ControlPlane"] = ["Core", "Observability", "Security", "Registry", "Schemas", "Contracts"],
        ["Dashboard"] = ["Core"],
        // Hosting beside the libraries: the in-memory platform runs what AddPortolan wires.
        ["Testing"] = [.. Libraries, "Hosting"],
        ["Generators"] = [],
        ["Cli"] = [.. Libraries, "Hosting", "Proxy", "Registry", "Etcd", "ControlPlane", "Dashboard", "Testing", "Generators"],
    };

    public static IEnumerable<Violation> Check(Repo repo)
    {
        foreach (var project in repo.Projects.Where(project => project.Area == "src"))
        {
            if (!Allowed.TryGetValue(project.Name, out var allowed))
            {
                yield return new(project.Name, $"{project.File.Path} is a room without a row in the reference table: add it there and in ARCHITECTURE.md.");
                continue;
            }

            foreach (var reference in project.References.Where(reference => !allowed.Contains(reference)))
                yield return new($"{project.Name} -> {reference}", $"{project.Name} may not reference {reference}: take what it needs as a delegate, or move it to where both may look.");
        }

        // A reference brings its own references along, so the project files alone do not say what is used.
        foreach (var violation in repo.Product.SelectMany(UsedNamespaces))
            yield return violation;
    }

    private static IEnumerable<Violation> UsedNamespaces(SourceFile source) =>
        from name in source.Nodes<UsingDirectiveSyntax>().Select(directive => directive.NamespaceOrType.ToString()).Distinct()
        let parts = name.Replace("global::", "", StringComparison.Ordinal).Split('.')
        where parts.Length > 1 && parts[0] == "Portolan"
        let room = parts[1]
        let own = source.Project!.Name
        where room != own && Allowed.ContainsKey(room) && Allowed.TryGetValue(own, out var allowed) && !allowed.Contains(room)
        select new Violation($"{own} -> {room}", $"{source.Path} uses {name}, but {own} may not reference {room}.");
}
