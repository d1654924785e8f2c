using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Serving;

/// <summary>Reads the file that a gateway is described in.</summary>
internal static class GatewayFiles
{
    /// <summary>Throws <see cref="CliException"/> with every problem.</summary>
    public static GatewayFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CliException($"There is no file '{path}'. Name a gateway.yaml, or a system.yaml with a section 'gateway', with --config.");
        }

        var problems = new YamlProblems(path);
        return GatewayFile.Parse(File.ReadAllText(path), problems) ?? throw new CliException(problems.ToString());
    }
}
