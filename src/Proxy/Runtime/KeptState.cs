namespace Portolan.Proxy.Runtime;

/// <summary>
/// What outlives a configuration: limiters, caches, pools, pipelines. Whoever needs one asks by name and by the settings it
/// has; a new configuration gets the same object where both are what they were, and so nothing starts cold that did not change.
/// </summary>
internal sealed class KeptState
{
    private readonly Lock gate = new();
    private Dictionary<(Type, string, object), object> kept = [];
    private Dictionary<(Type, string, object), object> renewed = [];

    /// <summary>The object made of these settings under this name before, or a new one.</summary>
    /// <param name="name">Of the route or service it belongs to.</param>
    /// <param name="settings">A record that compares by value, its lists too (<see cref="Settings.ConfigList{T}"/>).</param>
    /// <param name="create">Makes it.</param>
    public T Get<T>(string name, object settings, Func<T> create)
        where T : class
    {
        var key = (typeof(T), name, settings);
        lock (gate)
        {
            if (!renewed.TryGetValue(key, out var value))
            {
                renewed[key] = value = kept.TryGetValue(key, out var before) ? before : create();
            }

            return (T)value;
        }
    }

    /// <summary>All of a kind that the configuration in force has.</summary>
    public IReadOnlyList<T> All<T>()
        where T : class
    {
        lock (gate)
        {
            return [.. kept.Values.OfType<T>()];
        }
    }

    /// <summary>
    /// A configuration is complete: what it did not ask for is disposed. Requests of the one before may still be in it, so
    /// disposing means to end without them noticing.
    /// </summary>
    public void Settle()
    {
        Dictionary<(Type, string, object), object> before;
        lock (gate)
        {
            (before, kept, renewed) = (kept, renewed, []);
        }

        foreach (var (_, value) in before.Where(entry => !kept.ContainsKey(entry.Key)))
        {
            (value as IDisposable)?.Dispose();
        }
    }
}
