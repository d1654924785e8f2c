namespace Portolan.Discovery.Selection;

/// <summary>How endpoints of a service are chosen.</summary>
public sealed record SelectionOptions
{
    /// <summary>One of <see cref="LoadBalancing"/>. Default: round-robin.</summary>
    public string Policy { get; init; } = LoadBalancing.RoundRobin;

    /// <summary>Only these instances are chosen from; the others are as if they were not there. Null: all. Default: null.</summary>
    public InstanceSubset? Subset { get; init; }

    /// <summary>
    /// The zone this process runs in; endpoints name theirs in the metadata <c>zone</c>. Its own zone is used as far as that
    /// zone can carry its callers. Null: zones do not matter, nor do they to the policies by key. Default: null.
    /// </summary>
    public string? Zone { get; init; }

    /// <summary>
    /// Name of this process's own service: its instances tell how the callers spread over the zones. Null: evenly. Default: null.
    /// </summary>
    public string? Caller { get; init; }

    /// <summary>Zones do not matter to services of fewer instances than this. Default: 6 (Envoy's).</summary>
    public int ZoneMinimum { get; init; } = 6;

    /// <summary>
    /// For how long an endpoint that has just become available gets less than its share, whatever the policy. Zero: not at all,
    /// the default. Those that were there from the start are not new.
    /// </summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>How the share grows in that time: 1 evenly, more than 1 quickly first, less than 1 slowly first. Default: 1.</summary>
    public double SlowStartAggression { get; init; } = 1;

    /// <summary>The least share in that time. Default: 0.1.</summary>
    public double SlowStartMinimum { get; init; } = 0.1;

    /// <summary>
    /// When less than this share of the endpoints is healthy and not ejected, all are used: too few would carry everything.
    /// An instance that is still starting is never used. 0: off. Default: 0.5 (Envoy's).
    /// </summary>
    public double PanicThreshold { get; init; } = 0.5;

    /// <summary>When an endpoint is taken out for a while because of its own answers.</summary>
    public EjectionOptions Ejection { get; init; } = new();

    /// <summary>Peak EWMA: the latency of an endpoint nobody has called yet. Default: 30 ms (Linkerd's).</summary>
    public TimeSpan FirstLatency { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Peak EWMA: in this time a measured latency loses 63 % of its say. Default: 10 s (Linkerd's).</summary>
    public TimeSpan LatencyDecay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Peak EWMA: the latency that a failure counts as, unless it took longer or said for how long to stay away (then that, up
    /// to 300 s). Without it an endpoint that fails fast would look like the best one. Default: 5 s (Linkerd's).
    /// </summary>
    public TimeSpan FailurePenalty { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// By key: how many times the average load one endpoint may carry before its keys go to the next. 0: no bound. Default: 1.25.
    /// </summary>
    public double LoadBound { get; init; } = 1.25;

    /// <summary>
    /// Asked of every endpoint that is about to be chosen, such as whether its circuit is closed; where it says no, another is
    /// chosen if one says yes. Quick, allocates nothing, and does not throw. Default: null, all take calls.
    /// </summary>
    public Func<Endpoint, bool>? Accepts { get; init; }

    /// <summary>
    /// Told of an instance that begins anew: it was not there before, or elsewhere, or not healthy. What was learnt of it says
    /// nothing any more. Quick, and does not throw. Default: null.
    /// </summary>
    public Action<Endpoint>? Begins { get; init; }

    /// <summary>Everything that is wrong, each with the fix.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (!LoadBalancing.All.Contains(Policy))
        {
            errors.Add($"Policy is '{Policy}'; give one of {string.Join(", ", LoadBalancing.All)}.");
        }

        if (LoadBound != 0)
        {
            OptionRange.Check(errors, nameof(LoadBound), LoadBound, 1, 1000);
        }

        OptionRange.Check(errors, nameof(ZoneMinimum), ZoneMinimum, 1, int.MaxValue);
        OptionRange.Check(errors, nameof(SlowStart), SlowStart, TimeSpan.Zero, TimeSpan.FromDays(1));
        OptionRange.Check(errors, nameof(SlowStartAggression), SlowStartAggression, 0.01, 100);
        OptionRange.Check(errors, nameof(SlowStartMinimum), SlowStartMinimum, 0.001, 1);
        OptionRange.Check(errors, nameof(PanicThreshold), PanicThreshold, 0, 1);
        OptionRange.Check(errors, nameof(FirstLatency), FirstLatency, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        OptionRange.Check(errors, nameof(LatencyDecay), LatencyDecay, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        OptionRange.Check(errors, nameof(FailurePenalty), FailurePenalty, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        errors.AddRange(Ejection.Validate());
        return errors;
    }
}
