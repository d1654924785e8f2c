namespace Portolan.Cli.Logs;

/// <summary>The last lines that a process printed, from both of its outputs.</summary>
internal sealed class RecentLines(int capacity)
{
    private readonly Queue<string> lines = new();

    public void Add(string line)
    {
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > capacity)
            {
                lines.Dequeue();
            }
        }
    }

    public IReadOnlyList<string> ToList()
    {
        lock (lines)
        {
            return [.. lines];
        }
    }
}
