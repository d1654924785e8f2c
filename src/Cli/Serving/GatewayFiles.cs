using Portolan.Cli.SystemFile;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Serving;

/// <summary>Reads the file that a gateway is described in.</summary>
internal static class GatewayFiles
{
    /// <summary>Throws <see cref="CliException"/> with every problem.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">True: the certificates that it names must be there, and fit.</param>
    /// <param name="opens">True: its listeners must be such as can be opened now.</param>
    public static GatewayFile Read(string path, bool files = false, bool opens = false)
    {
        if (Directory.Exists(path))
        {
            throw CliException.OfUsage($"'{path}' is a folder. Name the file in it: --config {Path.Combine(path, SystemConfig.FileName)}, or a gateway.yaml.");
        }

        if (!File.Exists(path))
        {
            throw new CliException($"There is no file '{path}'. Name a gateway.yaml, or a system.yaml with a section 'gateway', with --config.");
        }

        var problems = new YamlProblems(path);
        var checks = files || opens ? new ListenChecks(Path.GetDirectoryName(Path.GetFullPath(path))!, opens) : null;
        return GatewayFile.Parse(File.ReadAllText(path), problems, checks) ?? throw new CliException(problems.ToString());
    }
}
