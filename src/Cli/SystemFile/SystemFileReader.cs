using Portolan.Proxy.Configuration;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Cli.SystemFile;

/// <summary>Reads <c>system.yaml</c> and reports everything that is wrong with it at once, each with line and column.</summary>
internal sealed class SystemFileReader
{
    private static readonly string[] Reserved = ["server", "gateway", "up", "portolan"];

    private readonly string path;
    private readonly YamlProblems problems;

    private SystemFileReader(string path)
    {
        this.path = path;
        var shown = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        problems = new YamlProblems(shown.StartsWith("..", StringComparison.Ordinal) ? path : shown);
    }

    /// <summary>The system in a folder. Throws <see cref="CliException"/> with every problem.</summary>
    public static SystemConfig ReadFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new CliException($"There is no folder '{folder}'. Name the folder that has the system's {SystemConfig.FileName}.");
        }

        return new SystemFileReader(Path.Combine(Path.GetFullPath(folder), SystemConfig.FileName)).Read();
    }

    private SystemConfig Read()
    {
        var root = Load();
        var config = root is null ? null : System(root);
        return config is null || problems.Count > 0 ? throw new CliException(problems.ToString()) : config;
    }

    private YamlNode? Load()
    {
        if (!File.Exists(path))
        {
            throw new CliException($"There is no {Path.GetFileName(path)} in '{Path.GetDirectoryName(path)}'. A system is described there; see 'portolan up --help'.");
        }

        return YamlText.Load(File.ReadAllText(path), problems, "a mapping with 'services'");
    }

    private SystemConfig? System(YamlNode root)
    {
        var folder = Path.GetDirectoryName(path)!;
        var fields = YamlFields.Of(root, "the system", problems, "name", "services", "gateway", "server");
        if (fields is null)
        {
            return null;
        }

        var services = Services(fields, folder);
        var gateway = fields.Node("gateway") is { } node
            ? Gateway(node, [.. services.Select(service => service.Name)])
            : null;
        var name = fields.Text("name", "a name") ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        var config = new SystemConfig(name, folder, services, gateway, ServerPort(fields));
        PortPlanCheck.Report(config, root, problems);
        return config;
    }

    // The port is the file's: a gateway does not decide where it listens.
    private GatewaySection? Gateway(YamlNode node, IReadOnlyList<string> services)
    {
        if (GatewayConfigReader.Read(node, problems, services, ListenReader.Keys) is not { } config)
        {
            return null;
        }

        var port = ListenReader.Port(node, problems);
        var listeners = ListenReader.Listeners(node, port, problems, new ListenChecks(Path.GetDirectoryName(path)!, Opens: false));
        return new GatewaySection(port ?? SystemConfig.DefaultGatewayPort, config) { Listeners = [.. listeners.Select(listener => listener.Port)] };
    }

    private int ServerPort(YamlFields fields) =>
        (fields.Node("server") is { } node ? YamlFields.Of(node, "server", problems, "port")?.Number("port", 1, 65535) : null)
        ?? SystemConfig.DefaultServerPort;

    private List<ServiceConfig> Services(YamlFields fields, string folder)
    {
        if (fields.Node("services") is not { } node)
        {
            problems.Add(fields.Place, "the system needs 'services': a mapping of names to projects.");
            return [];
        }

        var entries = YamlFields.Entries(node, "services", problems) ?? [];
        return [.. entries.Select(entry => Service(entry.Key, entry.Place, entry.Value, folder)).OfType<ServiceConfig>()];
    }

    private ServiceConfig? Service(string name, Mark place, YamlNode node, string folder)
    {
        CheckName(name, place);
        var fields = YamlFields.Of(node, $"service '{name}'", problems, "project", "command", "folder", "health", "instances", "port", "environment");
        if (fields is null)
        {
            return null;
        }

        var program = Program(fields, name, folder);
        return program with
        {
            Instances = fields.Number("instances", 1, ServiceConfig.MaximumInstances) ?? 1,
            Port = fields.Number("port", 1, 65535),
            Environment = Environment(fields),
        };
    }

    private ServiceConfig Program(YamlFields fields, string name, string folder)
    {
        var service = new ServiceConfig(name, "", 1, null, new Dictionary<string, string>());
        if (fields.Node("command") is not null)
        {
            return CommandReader.Read(service, fields, folder, problems);
        }

        CommandReader.RefuseWithout(fields, problems);
        if (fields.RequiredText("project", "the path of its project file") is not { } text)
        {
            return service;
        }

        var project = Project(fields, text, folder);
        return service with { Project = project, Folder = Path.GetDirectoryName(project)! };
    }

    private void CheckName(string name, Mark place)
    {
        if (name.Length > 63 || !char.IsAsciiLetterLower(name[0]) || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            problems.Add(place, $"expected a service name of lower-case letters, digits and hyphens, found '{name}'.");
        }
        else if (Reserved.Contains(name))
        {
            problems.Add(place, $"'{name}' is Portolan's own name; call the service something else.");
        }
    }

    private string Project(YamlFields fields, string text, string folder)
    {
        var full = Path.GetFullPath(text, folder);
        if (File.Exists(full))
        {
            return full;
        }

        if (!Directory.Exists(full))
        {
            var siblings = Directory.Exists(Path.GetDirectoryName(full)) ? Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(full)!).ToList() : [];
            var nearest = Nearest.To(full, siblings) is { } path ? $"; did you mean '{Path.GetRelativePath(folder, path)}'?" : $"; the path is relative to '{folder}'.";
            problems.Add(fields.PlaceOf("project"), $"there is no project '{text}'{nearest}");
            return full;
        }

        var projects = Directory.GetFiles(full, "*.csproj");
        if (projects.Length != 1)
        {
            problems.Add(fields.PlaceOf("project"), $"expected one project file in the folder '{text}', found {projects.Length}; name the file.");
        }

        return projects.FirstOrDefault() ?? full;
    }

    private Dictionary<string, string> Environment(YamlFields fields)
    {
        var entries = fields.Node("environment") is { } node ? YamlFields.Entries(node, "environment", problems) ?? [] : [];
        var environment = new Dictionary<string, string>();
        foreach (var (key, _, value) in entries)
        {
            if (value is YamlScalarNode scalar)
            {
                environment[key] = scalar.Value ?? "";
            }
            else
            {
                problems.Add(value.Start, $"expected a text as value of '{key}'; put quotes around it.");
            }
        }

        return environment;
    }
}
