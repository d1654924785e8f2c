namespace Portolan.Registry.Catalogue;

public sealed partial class ServiceCatalogue
{
    /// <summary>
    /// The service as soon as its index is another than <paramref name="index"/>, or as it is after <paramref name="wait"/>.
    /// An index higher than ours comes from another life of the registry and is answered at once. Null when too many watch.
    /// </summary>
    public async Task<ServiceState?> WatchAsync(string service, long index, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        if (Get(service) is var now && now.Index != index)
        {
            return now;
        }

        try
        {
            if (Interlocked.Increment(ref watchers) > options.MaximumWatchers)
            {
                return null;
            }

            using var timeout = new CancellationTokenSource(wait, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            return await NextAsync(service, index, either.Token);
        }
        finally
        {
            Interlocked.Decrement(ref watchers);
        }
    }

    // Ends at the change, at the timeout and at the caller's cancellation alike: each gets the state of that moment.
    private async Task<ServiceState> NextAsync(string service, long index, CancellationToken cancellationToken)
    {
        while (true)
        {
            // A service without an entry waits for any new name, so that asking for names does not fill the memory.
            var anyNew = Volatile.Read(ref added).Task;
            var changed = entries.TryGetValue(service, out var entry) ? entry.Changed : anyNew;
            var state = Get(service);
            if (state.Index != index || cancellationToken.IsCancellationRequested)
            {
                return state;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
