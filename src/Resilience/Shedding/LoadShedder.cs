namespace Portolan.Resilience.Shedding;

/// <summary>When a <see cref="LoadShedder"/> refuses.</summary>
public sealed record LoadShedderOptions
{
    /// <summary>The utilisation up to which calls of each priority pass; those above 1 are for measures that go beyond it.</summary>
    public PriorityShares Shares { get; init; } = new();

    /// <summary>The utilisation is read no more often than this; zero: for each call. Default 100 ms.</summary>
    public TimeSpan ReadEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What refused callers are told to wait. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. new OptionErrors()
            .Require(ReadEvery >= TimeSpan.Zero, $"{nameof(ReadEvery)} is {ReadEvery}; give zero or more.")
            .Require(RetryAfter > TimeSpan.Zero, $"{nameof(RetryAfter)} is {RetryAfter}; give more than zero.")
            .All,
        .. Shares.Validate(),
    ];
}

/// <summary>
/// Refuses calls, the least important first, as something fills up: memory, a queue, a pool of threads. Safe for any number
/// of threads, and may be shared by pipelines and servers.
/// </summary>
public sealed class LoadShedder
{
    private readonly Func<double> utilisation;
    private readonly PriorityShares shares;
    private readonly PriorityRefusals refusals;
    private readonly long readEvery;
    private readonly KeyValuePair<string, object?> tag;
    private double latest;
    private long readAt;

    /// <param name="name">Name, as metrics and rejections show it.</param>
    /// <param name="utilisation">
    /// How full it is: 0 is empty, 1 is full. Quick and safe for several threads. While it throws or is no number, nothing is
    /// shed: a broken gauge is no reason to refuse anybody.
    /// </param>
    /// <param name="clock">Time. Default: the system's.</param>
    /// <param name="options">See there.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message has all errors.</exception>
    public LoadShedder(string name, Func<double> utilisation, TimeProvider? clock = null, LoadShedderOptions? options = null)
    {
        options ??= new LoadShedderOptions();
        OptionErrors.ThrowIfAny($"Load shedder '{name}'", options.Validate());
        this.utilisation = utilisation;
        Name = name;
        Clock = clock ?? TimeProvider.System;
        shares = options.Shares;
        refusals = new PriorityRefusals(name, "is too full for calls of this priority", options.RetryAfter);
        readEvery = new PipelineScope(name, Clock, Random.Shared).Timestamps(options.ReadEvery);
        tag = new("shedder", name);
        readAt = Clock.GetTimestamp();
        latest = Read();
    }

    /// <summary>Name, as metrics and rejections show it.</summary>
    public string Name { get; }

    /// <summary>Where its timestamps come from.</summary>
    public TimeProvider Clock { get; }

    /// <summary>How full it was when it was read last.</summary>
    public double Utilisation => Volatile.Read(ref latest);

    /// <summary>All calls it refused.</summary>
    public long Refused => refusals.Total;

    /// <summary>True when a call of this priority may pass; else the refusal says why. There is nothing to give back.</summary>
    /// <param name="now">Timestamp of the <see cref="Clock"/>.</param>
    /// <param name="priority">Of the call.</param>
    /// <param name="refusal">One object for all refusals of a priority.</param>
    public bool TryPass(long now, CallPriority priority, out Rejection? refusal)
    {
        var last = Volatile.Read(ref readAt);
        if ((now - last >= readEvery || now < last) && Interlocked.CompareExchange(ref readAt, now, last) == last)
        {
            Volatile.Write(ref latest, Read());
        }

        refusal = Volatile.Read(ref latest) > shares.Of(priority) ? refusals.Next(priority) : null;
        return refusal is null;
    }

    private double Read()
    {
        double read;
        try
        {
            read = utilisation();
        }
        catch (Exception)
        {
            return 0;
        }

        if (double.IsNaN(read))
        {
            return 0;
        }

        ResilienceMetrics.SheddingUtilisation.Record(read, tag);
        return read;
    }
}
