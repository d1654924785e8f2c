using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Cli.SystemFile;

/// <summary>Reads a service that a command starts: a program in any language, behind a sidecar.</summary>
internal static class CommandReader
{
    private const string Expected = "how to start it, like node server.js";

    public static ServiceConfig Read(ServiceConfig service, YamlFields fields, string folder, YamlProblems problems)
    {
        if (fields.Node("project") is not null)
        {
            problems.Add(fields.PlaceOf("project"), "a service has a 'project' or a 'command'; remove one of them.");
        }

        var home = Path.GetFullPath(fields.Text("folder", "the folder it runs in") ?? ".", folder);
        if (!Directory.Exists(home))
        {
            problems.Add(fields.PlaceOf("folder"), $"there is no folder '{home}'; the path is relative to '{folder}'.");
        }

        var health = fields.Text("health", "a path like /health");
        if (health is not (null or ['/', ..]))
        {
            problems.Add(fields.PlaceOf("health"), $"expected a path like /health as 'health', found '{health}'.");
        }

        // A list keeps apart what has spaces in it.
        IReadOnlyList<string> command = fields.Node("command") is YamlSequenceNode
            ? [.. fields.Texts("command", Expected)]
            : fields.Text("command", Expected)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return service with { Command = command, Folder = home, HealthPath = health };
    }

    /// <summary>What only a command has.</summary>
    public static void RefuseWithout(YamlFields fields, YamlProblems problems)
    {
        foreach (var key in (string[])["folder", "health"])
        {
            if (fields.Node(key) is not null)
            {
                problems.Add(fields.PlaceOf(key), $"'{key}' belongs to a 'command'; a project runs in its own folder and answers /health/ready.");
            }
        }
    }
}
