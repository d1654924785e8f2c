namespace Portolan.Registry.Catalogue;

public sealed partial class ServiceCatalogue
{
    /// <summary>Registers, changes, or when nothing is new only renews. Null when the registry is full.</summary>
    /// <exception cref="Core.Database.StoreUnavailableException">It could not be made durable; nothing changed.</exception>
    public async ValueTask<Registered?> RegisterAsync(string service, Instance instance, CancellationToken cancellationToken = default)
    {
        var entry = FindOrAdd(service);
        if (entry is null)
        {
            return null;
        }

        return await ChangeAsync(entry, RegisterInOrderAsync, cancellationToken);

        async ValueTask<Registered?> RegisterInOrderAsync()
        {
            var state = entry.State;
            entry.Hear();
            var known = state.Instances.GetValueOrDefault(instance.Id);
            if (known is null && state.Instances.Count >= options.MaximumInstances)
            {
                return null;
            }

            var asked = instance with { RegisteredAt = known?.Instance.RegisteredAt ?? clock.GetUtcNow().UtcDateTime };
            if (known is not null && CatalogueRows.ToJson(asked) == CatalogueRows.ToJson(known.Instance))
            {
                known.Lease.Renew();
                return known;
            }

            var registered = new Registered(asked, NewLease(asked));
            await SaveAsync(entry, registered);
            Log.Registered(logger, service, asked.Id, asked.Host, asked.Port, asked.Status);
            return registered;
        }
    }

    /// <summary>Renews a lease, and takes over a status when one is given. Null when nobody is registered so: register again.</summary>
    /// <exception cref="Core.Database.StoreUnavailableException">A new status could not be made durable; the lease is renewed.</exception>
    public async ValueTask<Registered?> HeartbeatAsync(
        string service, string id, string? status, CancellationToken cancellationToken = default)
    {
        if (!entries.TryGetValue(service, out var entry) || entry.State.Instances.GetValueOrDefault(id) is not { } known)
        {
            return null;
        }

        entry.Hear();
        known.Lease.Renew();
        if (status is null || status == known.Instance.Status)
        {
            return known;
        }

        return await ChangeAsync(entry, ChangeStatusInOrderAsync, cancellationToken);

        async ValueTask<Registered?> ChangeStatusInOrderAsync()
        {
            if (entry.State.Instances.GetValueOrDefault(id) is not { } registered)
            {
                return null;
            }

            var changed = registered with { Instance = registered.Instance with { Status = status } };
            await SaveAsync(entry, changed);
            Log.StatusChanged(logger, service, id, status);
            return changed;
        }
    }

    /// <summary>Takes an instance out. False when it was not in.</summary>
    /// <exception cref="Core.Database.StoreUnavailableException">It could not be made durable; nothing changed.</exception>
    public async ValueTask<bool> DeregisterAsync(string service, string id, CancellationToken cancellationToken = default)
    {
        if (!entries.TryGetValue(service, out var entry))
        {
            return false;
        }

        return await ChangeAsync(entry, DeregisterInOrderAsync, cancellationToken);

        async ValueTask<bool> DeregisterInOrderAsync()
        {
            if (!entry.State.Instances.ContainsKey(id))
            {
                return false;
            }

            entry.Hear();
            await RemoveAsync(entry, [id]);
            Log.Deregistered(logger, service, id);
            return true;
        }
    }

    /// <summary>Takes out everyone whose lease has run out; returns how many. There is no state between registered and gone.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken = default)
    {
        var due = entries.Values.Where(entry => entry.State.Instances.Values.Any(registered => registered.Lease.Expired));

        // Together, so that a storm of them shares commits and registrations get in between.
        var counts = await Task.WhenAll(due.Select(entry => ChangeAsync(entry, () => ExpireInOrderAsync(entry), cancellationToken).AsTask()));
        return counts.Sum();
    }

    /// <summary>Gives everyone a full lease: heartbeats could not arrive because we did not run.</summary>
    internal void RenewAll()
    {
        foreach (var registered in entries.Values.SelectMany(entry => entry.State.Instances.Values))
        {
            registered.Lease.Renew();
        }
    }

    private async ValueTask<int> ExpireInOrderAsync(ServiceEntry entry)
    {
        // Looked at again in order: a heartbeat may have come since.
        var expired = entry.State.Instances.Where(pair => pair.Value.Lease.Expired).Select(pair => pair.Key).ToList();
        if (expired.Count > 0)
        {
            await RemoveAsync(entry, expired);
            expired.ForEach(id => Log.Expired(logger, entry.State.Name, id));
        }

        return expired.Count;
    }

    private async ValueTask SaveAsync(ServiceEntry entry, Registered registered)
    {
        var next = entry.State.With(registered);
        await rows.SaveAsync(next, registered.Instance);
        entry.Publish(next);
    }

    private async ValueTask RemoveAsync(ServiceEntry entry, IReadOnlyList<string> ids)
    {
        var next = entry.State.Without(ids, clock.GetUtcNow().UtcDateTime);
        await rows.RemoveAsync(next, ids);
        entry.Publish(next);
    }

    // Once a change has its turn it is not cancelled: memory and store would part.
    private static async ValueTask<T> ChangeAsync<T>(ServiceEntry entry, Func<ValueTask<T>> change, CancellationToken cancellationToken)
    {
        await entry.Writing.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            entry.Writing.Release();
        }
    }

    private ServiceEntry? FindOrAdd(string service)
    {
        if (entries.TryGetValue(service, out var entry))
        {
            return entry;
        }

        if (entries.Count >= options.MaximumServices)
        {
            return null;
        }

        entry = entries.GetOrAdd(service, name => new ServiceEntry(ServiceState.Unknown(name)));
        Interlocked.Exchange(ref added, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return entry;
    }
}
