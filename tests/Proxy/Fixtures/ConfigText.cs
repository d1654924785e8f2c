using Portolan.Proxy.Configuration;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>Reads a gateway's configuration from YAML as its file has it.</summary>
internal static class ConfigText
{
    /// <summary>The configuration; fails the test where something is wrong with it.</summary>
    public static GatewayConfig Read(string yaml)
    {
        var (config, problems) = TryRead(yaml);
        Assert.Equal("", problems);
        return config!;
    }

    /// <summary>All that is wrong with it, one line each: <c>gateway.yaml:3:12: …</c>.</summary>
    public static string ProblemsOf(string yaml) => TryRead(yaml).Problems;

    private static (GatewayConfig? Config, string Problems) TryRead(string yaml)
    {
        var problems = new YamlProblems("gateway.yaml");
        if (YamlText.Load(yaml, problems, "a gateway") is not YamlMappingNode root)
        {
            return (null, problems.ToString());
        }

        if (root.Children.FirstOrDefault(pair => ((YamlScalarNode)pair.Key).Value == "gateway").Value is { } section)
        {
            root = (YamlMappingNode)section;
        }

        var config = GatewayConfigReader.Read(root, problems, null, ListenReader.Keys);
        ListenReader.Listeners(root, ListenReader.Port(root, problems), problems);
        return (config, problems.ToString());
    }
}
