using System.Globalization;

namespace Portolan.Bench.Soak;

/// <summary>What the system knows of the gateway's process.</summary>
/// <param name="Memory">Resident bytes.</param>
/// <param name="Sockets">Open ones.</param>
/// <param name="CloseWait">Connections whose peer has closed and the gateway has not.</param>
internal sealed record Sample(long Memory, int Sockets, int CloseWait)
{
    private const string CloseWaitState = "08";

    private static readonly string[] Tables = ["tcp", "tcp6"];

    public static Sample Of(GatewayUnderTest gateway)
    {
        var line = File.ReadLines($"/proc/{gateway.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        var memory = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        var inodes = new HashSet<string>();
        foreach (var file in Directory.EnumerateFileSystemEntries($"/proc/{gateway.Id}/fd"))
        {
            if (TargetOf(file) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
            {
                inodes.Add(target[8..^1]);
            }
        }

        var waiting = Tables.SelectMany(table => File.ReadLines($"/proc/{gateway.Id}/net/{table}").Skip(1))
            .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Count(row => row[3] == CloseWaitState && inodes.Contains(row[9]));
        return new Sample(memory, inodes.Count, waiting);
    }

    private static string? TargetOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}
