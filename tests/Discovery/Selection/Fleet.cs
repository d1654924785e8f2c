using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Testing;

namespace Portolan.Discovery.Tests.Selection;

/// <summary>The endpoints of a service on a clock that stands still, with chance that repeats.</summary>
internal sealed class Fleet
{
    public const string Service = "inventory";

    public Fleet(SelectionOptions options, params ServiceInstance[] instances)
    {
        Endpoints = new ServiceEndpoints(options, new PipelineScope(Service, Clock, new Chance(7), Events.Add));
        Refresh(instances);
    }

    public Fleet(string policy, int count)
        : this(new SelectionOptions { Policy = policy }, Many(count))
    {
    }

    public VirtualClock Clock { get; } = new();

    public List<ResilienceEvent> Events { get; } = [];

    public ServiceEndpoints Endpoints { get; }

    public IReadOnlyList<Endpoint> All => Endpoints.Current.All;

    public IEnumerable<string> Eligible => Endpoints.Current.Eligible.Select(endpoint => endpoint.Instance.Id);

    public Endpoint this[string id] => All.Single(endpoint => endpoint.Instance.Id == id);

    public static ServiceInstance Instance(string id, object? weight = null, string? zone = null, bool healthy = true, string? status = null)
    {
        var metadata = new Dictionary<string, string>();
        if (weight is not null)
        {
            metadata["weight"] = $"{weight}";
        }

        if (zone is not null)
        {
            metadata["zone"] = zone;
        }

        return new ServiceInstance(id, "127.0.0.1", 5000, healthy, status ?? (healthy ? "healthy" : "unhealthy"), [], metadata);
    }

    public static ServiceInstance[] Many(int count, Func<int, object>? weight = null) =>
        [.. Enumerable.Range(0, count).Select(index => Instance($"i-{index}", weight?.Invoke(index)))];

    public static ServiceSnapshot Snapshot(params ServiceInstance[] instances) => new(Service, instances, Stale: false);

    public void Refresh(params ServiceInstance[] instances) => Endpoints.Refresh(Snapshot(instances));

    public Endpoint? TryPick(string? key = null, Endpoint? avoid = null) => Endpoints.Pick(new PickContext(Clock.GetTimestamp(), key, avoid));

    public Endpoint Pick(string? key = null, Endpoint? avoid = null) => TryPick(key, avoid)!;

    public string PickId(string? key = null) => Pick(key).Instance.Id;

    /// <summary>How many of so many picks went to each.</summary>
    public Dictionary<string, int> Spread(int picks) =>
        Enumerable.Range(0, picks).Select(_ => PickId()).CountBy(id => id).ToDictionary(pair => pair.Key, pair => pair.Value);

    public void Call(Endpoint endpoint, Verdict verdict, int times = 1, TimeSpan duration = default, TimeSpan? retryAfter = null)
    {
        for (var call = 0; call < times; call++)
        {
            endpoint.Begin();
            endpoint.End(verdict, duration, Clock.GetTimestamp(), retryAfter);
        }
    }
}
