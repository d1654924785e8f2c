using Portolan.Discovery.Registry;

namespace Portolan.Discovery.Watching;

/// <summary>Keeps one service current, from the first time somebody asks for it.</summary>
internal sealed class ServiceWatch
{
    private readonly string service;
    private readonly DiscoveryOptions options;
    private readonly StaticServices placed;
    private readonly RegistryClient client;
    private readonly RegistryContact contact;
    private readonly TimeProvider clock;
    private readonly LastGoodSet set;
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lazy<Task> running;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceWatch(
        string service, DiscoveryOptions options, StaticServices placed, RegistryClient client, RegistryContact contact, TimeProvider clock, CancellationToken stopping)
    {
        this.service = service;
        this.options = options;
        this.placed = placed;
        this.client = client;
        this.contact = contact;
        this.clock = clock;
        set = new LastGoodSet(service, placed.Of(service), options.Server is not null, clock);
        running = new Lazy<Task>(() => Start(stopping));
    }

    public ServiceSnapshot Snapshot => set.Snapshot;

    /// <summary>Completes with the first answer or failure, or when the lookup timeout is over.</summary>
    public Task FirstAnswer => first.Task;

    public Task Running => running.Value;

    /// <summary>The first snapshot that fits, from now on.</summary>
    public async ValueTask<ServiceSnapshot> WaitForAsync(Func<ServiceSnapshot, bool> fits, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The signal before the snapshot, or a change between the two would be missed.
            var next = Volatile.Read(ref changed).Task;
            if (Snapshot is var snapshot && fits(snapshot))
            {
                return snapshot;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Where it is said to be may have changed.</summary>
    public void Place()
    {
        if (set.Place(placed.Of(service)))
        {
            Signal();
        }
    }

    private void Signal() => Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private Task Start(CancellationToken stopping)
    {
        if (options.Server is null)
        {
            first.TrySetResult();
            return Task.CompletedTask;
        }

        // The watch belongs to the process, not to the request that happened to come first.
        using (ExecutionContext.SuppressFlow())
        {
            return Task.WhenAll(Task.Run(() => WatchAsync(stopping), CancellationToken.None), Task.Run(() => LimitFirstAsync(stopping), CancellationToken.None));
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            // After a failure without waiting: what did not change has to be confirmed too.
            var asked = (Index: failures > 0 ? null : set.Index, At: clock.GetTimestamp(), Wait: set.NextWait(options.Watch));
            try
            {
                Accept(await client.WatchAsync(service, asked.Index, asked.Wait, stopping));
                contact.Answered();
                failures = 0;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                // Whatever it was: the last good set stands, and the registry is asked again.
                set.Lost();
                contact.Lost(exception);
                failures++;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            first.TrySetResult();
            Signal();
            var early = set.Index == asked.Index && clock.GetElapsedTime(asked.At) < asked.Wait / 2;
            await Task.Delay(Pause(failures, early), clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Accept(WatchAnswer answer)
    {
        var doubted = set.Doubts;
        set.Accept(answer);
        if (set.Doubts && !doubted)
        {
            contact.Doubted(service, set.Snapshot.Instances.Count);
        }
    }

    // An answer without news before its time comes from a registry that is stopping: no reason to ask it in a circle.
    private TimeSpan Pause(int failures, bool early) =>
        failures > 0 || (early && set.Index is not null) ? contact.RetryDelay(Math.Max(1, failures))
        : set.Index is null ? options.CacheFor
        : TimeSpan.Zero;

    private async Task LimitFirstAsync(CancellationToken stopping)
    {
        await first.Task.WaitAsync(options.LookupTimeout, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        first.TrySetResult();
    }
}
