namespace Portolan.Bench.Proxy;

/// <summary>How long and how often; times in whole seconds.</summary>
/// <param name="Rounds">Runs of each contender, in turns; the median counts.</param>
/// <param name="Seconds">Of a run.</param>
/// <param name="WarmBursts">Runs of two seconds at most until a process that compiles while it runs has settled.</param>
/// <param name="Starts">How often a start is measured.</param>
/// <param name="RouteCounts">Compared with ten routes.</param>
/// <param name="ReadyToRun">Whether a start compiled ahead is measured too; it takes a publish.</param>
internal sealed record Settings(int Rounds, int Seconds, int WarmBursts, int Starts, IReadOnlyList<int> RouteCounts, bool ReadyToRun)
{
    /// <summary>Connections of the client, but for large bodies.</summary>
    public const int Connections = 32;

    /// <summary>Where what is measured runs.</summary>
    public const int ProxyCore = 0;

    /// <summary>Where client and backend run; the same where there is no second core.</summary>
    public static readonly int OtherCore = Math.Min(1, Environment.ProcessorCount - 1);

    public static readonly Settings Short = new(3, 2, 8, 3, [10_000], ReadyToRun: false);

    public static readonly Settings Long = new(7, 4, 12, 7, [1_000, 10_000], ReadyToRun: true);
}
