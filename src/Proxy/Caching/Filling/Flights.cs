using System.Collections.Concurrent;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>How a fetch ended that others wait for.</summary>
internal enum FlightEnd
{
    /// <summary>The answer is stored; look again.</summary>
    Stored,

    /// <summary>The service failed; what is stored may be given stale.</summary>
    Failed,

    /// <summary>This answer is for nobody else. Each asks for himself, at once and beside the others.</summary>
    Unusable,

    /// <summary>Whoever asked has left before the end. One of those who wait asks in his place.</summary>
    Abandoned,
}

/// <summary>A fetch that others may wait for.</summary>
internal sealed class Flight(Flights flights, FlightKey key)
{
    private readonly TaskCompletionSource<FlightEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int waiting;

    public bool HasWaiting => Volatile.Read(ref waiting) > 0;

    /// <summary>Waits for the end; gives up without disturbing the others.</summary>
    public async Task<FlightEnd> WaitAsync(TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref waiting);
        flights.Count(1);
        try
        {
            return await end.Task.WaitAsync(timeout, clock, cancellationToken);
        }
        finally
        {
            flights.Count(-1);
        }
    }

    /// <summary>Only the first end counts. Taken off the board before anybody is told: who looks after that finds another, or none.</summary>
    public void End(FlightEnd how)
    {
        flights.Remove(key, this);
        end.TrySetResult(how);
    }
}

/// <summary>One answer to one question: of all who ask the same at once, one goes to the service.</summary>
/// <param name="Key">The address.</param>
/// <param name="Partition">Of the route.</param>
/// <param name="Signature">What the address's answers vary by, as far as it is known.</param>
internal readonly record struct FlightKey(CacheKey Key, CachePartition Partition, string Signature);

/// <summary>The fetches that are under way.</summary>
internal sealed class Flights
{
    private readonly ConcurrentDictionary<FlightKey, Flight> board = new();
    private int waiting;

    /// <summary>Requests that wait for others now.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>The flight of this name; true when it was begun by this call, whose caller ends it.</summary>
    public bool TryLead(FlightKey key, out Flight flight)
    {
        var mine = new Flight(this, key);
        flight = board.GetOrAdd(key, mine);
        return ReferenceEquals(flight, mine);
    }

    public void Count(int change) => Interlocked.Add(ref waiting, change);

    public void Remove(FlightKey key, Flight flight) => board.TryRemove(new KeyValuePair<FlightKey, Flight>(key, flight));
}
