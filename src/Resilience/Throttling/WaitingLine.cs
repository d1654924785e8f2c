namespace Portolan.Resilience.Throttling;

/// <summary>Who waits: by priority, and among equals first come, first served. Whoever calls holds the throttle's lock.</summary>
internal sealed class WaitingLine
{
    private readonly LinkedList<Waiter>[] lines = [new(), new(), new(), new()];

    /// <summary>The next one: the oldest of the most important.</summary>
    public Waiter? First
    {
        get
        {
            for (var priority = lines.Length - 1; priority >= 0; priority--)
            {
                if (lines[priority].First is { } node)
                {
                    return node.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The one to give way to a more important call: the newest of the least important.</summary>
    public Waiter? Last
    {
        get
        {
            foreach (var line in lines)
            {
                if (line.Last is { } node)
                {
                    return node.Value;
                }
            }

            return null;
        }
    }

    /// <summary>The one whose time runs out first. All wait equally long, so it is the oldest of a priority.</summary>
    public Waiter? Oldest
    {
        get
        {
            Waiter? oldest = null;
            foreach (var line in lines)
            {
                if (line.First is { } node && (oldest is null || node.Value.Deadline < oldest.Deadline))
                {
                    oldest = node.Value;
                }
            }

            return oldest;
        }
    }

    public static int Of(CallPriority priority) => Math.Clamp((int)priority - (int)CallPriority.Low, 0, 3);

    public void Add(Waiter waiter) => waiter.Place = lines[waiter.Priority].AddLast(waiter);

    public bool Remove(Waiter waiter)
    {
        if (waiter.Place is not { } place)
        {
            return false;
        }

        lines[waiter.Priority].Remove(place);
        waiter.Place = null;
        return true;
    }
}
