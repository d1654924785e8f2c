using System.Globalization;

namespace Portolan.Bench.Proxy.Processes;

/// <summary>What the system knows of a process and of those that it started.</summary>
internal static class ProcFile
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux in use.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of processor time, user and system.</summary>
    public static double ProcessorSeconds(int pid) => Family(pid).Sum(one =>
    {
        var stat = File.ReadAllText($"/proc/{one}/stat");

        // The name in brackets may hold blanks; after it the third field is the first, user is the 14th and system the 15th.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    });

    public static long ResidentBytes(int pid) => Family(pid).Sum(one =>
    {
        var line = File.ReadLines($"/proc/{one}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    });

    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static IEnumerable<int> Family(int pid)
    {
        yield return pid;
        foreach (var child in File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var one in Family(int.Parse(child, CultureInfo.InvariantCulture)))
            {
                yield return one;
            }
        }
    }
}
