namespace Portolan.Discovery.Selection;

/// <summary>
/// When an endpoint is taken out for a while because of its own answers. The values are Envoy's. It is out for
/// <see cref="Time"/> the first time, twice that the second time; every interval that it behaves takes one time back.
/// </summary>
public sealed record EjectionOptions
{
    /// <summary>So many failures in a row eject. 0: off. Default: 5.</summary>
    public int FailuresInARow { get; init; } = 5;

    /// <summary>Times how often it was ejected. Default: 30 s.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time out. Default: 300 s.</summary>
    public TimeSpan LongestTime { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>At most this share of the endpoints is out at once; one may always be. Default: 0.1.</summary>
    public double LargestShare { get; init; } = 0.1;

    /// <summary>How often the shares of successes are compared. Default: 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Below the mean share of successes by so many standard deviations ejects. 0: off. Default: 1.9, with which one bad
    /// endpoint of five is found.
    /// </summary>
    public double Deviations { get; init; } = 1.9;

    /// <summary>Shares are compared among at least so many endpoints. Default: 5.</summary>
    public int ComparedEndpoints { get; init; } = 5;

    /// <summary>An endpoint takes part in the comparison with at least so many calls an interval. Default: 100.</summary>
    public int ComparedCalls { get; init; } = 100;

    /// <summary>Everything that is wrong, each with the fix.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        OptionRange.Check(errors, "Ejection.FailuresInARow", FailuresInARow, 0, int.MaxValue);
        OptionRange.Check(errors, "Ejection.Time", Time, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        OptionRange.Check(errors, "Ejection.LongestTime", LongestTime, Time, TimeSpan.FromDays(1));
        OptionRange.Check(errors, "Ejection.LargestShare", LargestShare, 0, 1);
        OptionRange.Check(errors, "Ejection.Interval", Interval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        OptionRange.Check(errors, "Ejection.Deviations", Deviations, 0, 100);
        OptionRange.Check(errors, "Ejection.ComparedEndpoints", ComparedEndpoints, 2, int.MaxValue);
        OptionRange.Check(errors, "Ejection.ComparedCalls", ComparedCalls, 1, int.MaxValue);
        return errors;
    }
}
