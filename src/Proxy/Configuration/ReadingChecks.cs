using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>Adds what is wrong with what was read to what was wrong with reading it, so that one look at a file tells everything.</summary>
internal static class ReadingChecks
{
    private static readonly string[] Predicates = ["must ", "needs ", "takes ", "is ", "has ", "goes "];

    /// <summary>Checks the configuration but for what could not be read as it stands: of that the mistake has been told.</summary>
    public static void Add(GatewayConfig config, YamlNode node, YamlProblems problems)
    {
        // A route that is none would shift the numbers of those behind it.
        if (Child(node, "routes") is YamlSequenceNode routes && routes.Children.Count != config.Routes.Count)
        {
            return;
        }

        var unread = problems.Count == 0 ? [] : Items(node).Where(item => problems.Has(item.From.Start) || item.Value.AllNodes.Any(inner => problems.Has(inner.Start))).Select(item => item.Path).ToList();
        foreach (var error in config.Validate().Where(error => !unread.Any(path => Concerns(error, path))))
        {
            problems.Add(YamlPlace.Of(node, error.Where), Sentence(error, node));
        }
    }

    // Where the path of an error is shown in front of it, it is the subject. A place in a file names none.
    private static string Sentence(ConfigError error, YamlNode node)
    {
        if (!Predicates.Any(verb => error.Message.StartsWith(verb, StringComparison.Ordinal)))
        {
            return error.Message;
        }

        var name = error.Where.Split('.')[^1];
        var subject = name.StartsWith("routes[", StringComparison.Ordinal) ? "a route" : $"'{name.Split('[')[0]}'";
        var found = error.Message.StartsWith("must ", StringComparison.Ordinal) && YamlPlace.Node(node, error.Where) is YamlScalarNode { Value: { } value } ? $"; found '{value}'." : ".";
        return $"{subject} {error.Message.TrimEnd('.')}{found}";
    }

    private static bool Concerns(ConfigError error, string path) =>
        error.Where == path || error.Where.StartsWith(path + ".", StringComparison.Ordinal) || error.Message.Contains(path, StringComparison.Ordinal);

    private static IEnumerable<(string Path, YamlNode From, YamlNode Value)> Items(YamlNode node)
    {
        var routes = Child(node, "routes") is YamlSequenceNode list ? list.Children : [];
        var services = Child(node, "services") is YamlMappingNode mapping ? mapping.Children.Where(pair => pair.Key is YamlScalarNode) : [];
        return routes.Select((route, index) => ($"routes[{index}]", route, route))
            .Concat(services.Select(pair => ($"services.{((YamlScalarNode)pair.Key).Value}", pair.Key, pair.Value)));
    }

    private static YamlNode? Child(YamlNode node, string key) =>
        (node as YamlMappingNode)?.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == key).Value;
}
