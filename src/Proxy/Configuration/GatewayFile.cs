using System.Text.Json.Nodes;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>What a file says of a gateway: a file of its own, or the section <c>gateway</c> of a system's.</summary>
/// <param name="Config">Checked.</param>
/// <param name="Port">Where it says one.</param>
/// <param name="Text">All of the file.</param>
internal sealed record GatewayFile(GatewayConfig Config, int? Port, string Text)
{
    /// <summary>Where it listens beside its port.</summary>
    public IReadOnlyList<ListenerConfig> Listeners { get; init; } = [];

    /// <summary>Reads and checks.</summary>
    /// <param name="text">YAML, and so JSON too.</param>
    /// <param name="problems">Takes all that is wrong; then the result is null.</param>
    /// <param name="checks">Looks at what this machine has of its listeners; null where nobody is to listen there.</param>
    public static GatewayFile? Parse(string text, YamlProblems problems, ListenChecks? checks = null)
    {
        const string Expected = "'routes', or a section 'gateway' with them";
        if (YamlText.Load(text, problems, Expected) is not { } root)
        {
            return null;
        }

        var (section, services) = Section(root);
        if (section is null)
        {
            problems.Add(new Mark(0, 1, 1), $"expected {Expected}.");
            return null;
        }

        var config = GatewayConfigReader.Read(section, problems, services, ListenReader.Keys);
        var port = ListenReader.Port(section, problems);
        var listeners = ListenReader.Listeners(section, port, problems, checks);
        return config is null || problems.Count > 0 ? null : new GatewayFile(config, port, text) { Listeners = listeners };
    }

    /// <summary>What a text says that has been read: no more than stands there, and in the same words.</summary>
    public static JsonObject ToJson(string text)
    {
        var section = YamlText.Load(text, new YamlProblems(""), "") is { } root ? Section(root).Section : null;
        var json = section is null ? [] : (JsonObject)YamlJson.Node(section)!;

        // Notes, and what is merged, is in its places already.
        foreach (var note in json.Select(pair => pair.Key).Where(key => key.StartsWith("x-", StringComparison.Ordinal)).ToList())
        {
            json.Remove(note);
        }

        // By them a text is known for that of a gateway.
        json.TryAdd("routes", new JsonArray());
        return json;
    }

    // Routes of a system may only name its services; a gateway by itself does not know which there are.
    private static (YamlNode? Section, IReadOnlyList<string>? Services) Section(YamlNode root)
    {
        var entries = root is YamlMappingNode mapping
            ? mapping.Children.Where(pair => pair.Key is YamlScalarNode).ToDictionary(pair => ((YamlScalarNode)pair.Key).Value ?? "", pair => pair.Value)
            : [];
        if (entries.TryGetValue("gateway", out var section))
        {
            var services = entries.GetValueOrDefault("services") as YamlMappingNode;
            return (section, services is { Children.Count: > 0 } ? [.. services.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "")] : null);
        }

        return (entries.ContainsKey("routes") ? root : null, null);
    }
}
