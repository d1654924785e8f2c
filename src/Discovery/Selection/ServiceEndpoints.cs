using Portolan.Discovery.Selection.Outliers;
using Portolan.Discovery.Selection.Policies;
using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>
/// The endpoints of one service: follows the registry, and knows who is out. <see cref="Pick"/> is for every call, allocates
/// nothing and takes no lock. There is no timer: what time changes is noticed by the next call.
/// </summary>
public sealed class ServiceEndpoints
{
    private readonly Lock gate = new();
    private readonly SelectionOptions options;
    private readonly PipelineScope scope;
    private readonly ServiceDirectory? directory;
    private readonly EndpointSetBuilder builder;
    private readonly Ejections ejections;
    private readonly TotalLoad? load;
    private readonly List<(string What, TimeSpan Time, string Detail)> events = [];
    private volatile EndpointSet current;
    private ServiceSnapshot? replaced;

    /// <summary>Endpoints of the service that the scope is named after.</summary>
    /// <param name="options">See <see cref="SelectionOptions"/>.</param>
    /// <param name="scope">Name of the service, clock, chance, and who is told of ejections.</param>
    /// <param name="directory">Asked by <see cref="RefreshAsync"/>; null: <see cref="Refresh"/> brings what is new.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message has everything that is.</exception>
    public ServiceEndpoints(SelectionOptions options, PipelineScope scope, ServiceDirectory? directory = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException($"Selection of {scope.Name}: {string.Join(' ', errors)}");
        }

        (this.options, this.scope, this.directory) = (options, scope, directory);
        load = LoadBalancing.IsByKey(options.Policy) && options.LoadBound > 0 ? new TotalLoad() : null;
        builder = new EndpointSetBuilder(options, scope, load ?? new TotalLoad());
        ejections = new Ejections(options.Ejection, scope);
        current = builder.Empty();
    }

    /// <summary>Name of the service.</summary>
    public string Service => scope.Name;

    /// <summary>Name of the policy, one of <see cref="LoadBalancing"/>.</summary>
    public string Policy => options.Policy;

    /// <summary>The endpoints now.</summary>
    public EndpointSet Current => current;

    /// <summary>The endpoint for a call; null when there is none at all.</summary>
    public Endpoint? Pick(in PickContext context)
    {
        var set = current;
        return (set.HoldsAt(context.Now) ? set : Renew(context.Now)).Pick(in context);
    }

    /// <summary>Takes over what the directory knows now. Waits only for the first lookup of a name.</summary>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        if (directory is null)
        {
            return default;
        }

        var service = directory.GetAsync(Service, cancellationToken);
        var callers = options.Zone is null || options.Caller is null ? default : directory.GetAsync(options.Caller, cancellationToken);
        if (!service.IsCompletedSuccessfully || !callers.IsCompletedSuccessfully)
        {
            return RefreshAsync(service, callers);
        }

        Refresh(service.Result, callers.Result);
        return default;
    }

    /// <summary>
    /// Takes over what the registry says; costs a comparison of references when it is what is known. A snapshot that was just
    /// replaced by another is not taken again: a slow caller brings it late.
    /// </summary>
    public void Refresh(ServiceSnapshot snapshot, ServiceSnapshot? callers = null)
    {
        var set = current;
        if (!ReferenceEquals(set.Snapshot, snapshot) || !ReferenceEquals(set.Callers, callers))
        {
            TakeOver(snapshot, callers);
        }
    }

    internal void Began() => load?.Begin();

    internal void Ended(Endpoint endpoint, Verdict verdict, long now)
    {
        load?.End();
        var failures = endpoint.Record.Count(verdict);
        if (ejections.IsReason(failures))
        {
            Eject([(endpoint, $"{failures} failures in a row")], now);
        }

        if (ejections.IsDue(now))
        {
            Compare(now);
        }
    }

    private async ValueTask RefreshAsync(ValueTask<ServiceSnapshot> service, ValueTask<ServiceSnapshot> callers) =>
        Refresh(await service, await callers);

    private void TakeOver(ServiceSnapshot snapshot, ServiceSnapshot? callers)
    {
        lock (gate)
        {
            if (ReferenceEquals(replaced, snapshot))
            {
                return;
            }

            var now = scope.Clock.GetTimestamp();
            var changed = false;
            Endpoint[] all = [.. Match(snapshot, now, () => changed = true)];
            replaced = ReferenceEquals(current.Snapshot, snapshot) ? replaced : current.Snapshot;
            Rebuild(all, snapshot, callers, changed, now);
        }

        Tell();
    }

    private IEnumerable<Endpoint> Match(ServiceSnapshot snapshot, long now, Action change)
    {
        var first = current.Snapshot is null;
        var known = current.All.ToDictionary(endpoint => KeyOf(endpoint.Instance));
        var seen = new HashSet<(string, string, int)>();

        // Where nobody was there to take the load meanwhile, nobody is new.
        var fresh = known.Count == 0 ? now - builder.SlowStartWindow : now;
        foreach (var instance in (options.Subset?.Of(snapshot.Instances) ?? snapshot.Instances).Where(instance => seen.Add(KeyOf(instance))))
        {
            var begins = !first;
            if (!known.TryGetValue(KeyOf(instance), out var endpoint))
            {
                var latency = options.Policy == LoadBalancing.PeakEwma ? new LatencyEstimate(options, scope) : null;
                endpoint = new Endpoint(this, instance, latency) { AvailableSince = fresh };
            }
            else if (begins = instance.Healthy && (!endpoint.Instance.Healthy || instance.Started != endpoint.Instance.Started))
            {
                endpoint.AvailableSince = now;
                endpoint.Record.Return();
            }

            if (endpoint.Update(instance))
            {
                change();
            }

            if (begins)
            {
                options.Begins?.Invoke(endpoint);
            }

            yield return endpoint;
        }
    }

    private static (string Id, string Host, int Port) KeyOf(ServiceInstance instance) => (instance.Id, instance.Host, instance.Port);

    private EndpointSet Renew(long now)
    {
        lock (gate)
        {
            if (!current.HoldsAt(now))
            {
                Rebuild([.. current.All], current.Snapshot, current.Callers, changed: false, now);
            }
        }

        Tell();
        return current;
    }

    private void Eject(IReadOnlyList<(Endpoint Endpoint, string Why)> failing, long now)
    {
        lock (gate)
        {
            Endpoint[] all = [.. current.All];
            var ejected = false;
            foreach (var (endpoint, why) in failing)
            {
                if (ejections.TryEject(endpoint, all, now) is { } time)
                {
                    events.Add(("ejected", time, $"{endpoint}: {why}"));
                    ejected = true;
                }
            }

            if (ejected)
            {
                Rebuild(all, current.Snapshot, current.Callers, changed: false, now);
            }
        }

        Tell();
    }

    private void Compare(long now)
    {
        IReadOnlyList<(Endpoint Endpoint, string Why)> failing;
        lock (gate)
        {
            failing = ejections.IsDue(now) ? ejections.Compare([.. current.All], now) : [];
        }

        if (failing.Count > 0)
        {
            Eject(failing, now);
        }
    }

    private void Rebuild(Endpoint[] all, ServiceSnapshot? snapshot, ServiceSnapshot? callers, bool changed, long now)
    {
        foreach (var endpoint in all.Where(endpoint => ejections.TryReturn(endpoint, now)))
        {
            endpoint.AvailableSince = now;
            events.Add(("returned", default, endpoint.ToString()));
        }

        var previous = current;
        current = builder.Build(previous, changed, all, snapshot, callers, now);
        if (current.Panic != previous.Panic)
        {
            var healthy = all.Count(endpoint => endpoint.Instance.Healthy && !endpoint.Ejected);
            events.Add((current.Panic ? "panic" : "panic-ended", default, $"{healthy} of {all.Length} endpoints are healthy"));
        }
    }

    // After the lock: whoever listens runs their own code.
    private void Tell()
    {
        (string What, TimeSpan Time, string Detail)[] told;
        lock (gate)
        {
            told = [.. events];
            events.Clear();
        }

        foreach (var (what, time, detail) in told)
        {
            scope.Report("endpoint", what, 0, time, detail);
        }
    }
}
