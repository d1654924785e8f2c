using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.FaultInjection;

/// <summary>
/// The faults of a process or a pipeline, at most 100. The first that is meant for a call and strikes is the call's only one.
/// While none is set a call costs one read.
/// </summary>
/// <param name="clock">Ends them, and holds calls up.</param>
/// <param name="random">Chance of shares; must be safe to use from several threads, as <see cref="Random.Shared"/> is.</param>
public sealed class Faults(TimeProvider clock, Random random)
{
    private const int Maximum = 100;
    private readonly Lock gate = new();

    // Null while there is none; else replaced as a whole, never changed.
    private volatile ActiveFault[]? active;

    /// <summary>Those that are set and not over, in the order in which they are asked.</summary>
    public IReadOnlyList<FaultReport> All
    {
        get
        {
            var now = clock.GetTimestamp();
            return [.. from fault in active ?? [] where fault.Until > now select new FaultReport(fault.Rule, clock.GetElapsedTime(now, fault.Until), fault.Hits)];
        }
    }

    internal TimeProvider Clock => clock;

    /// <summary>False when no call can be hit.</summary>
    internal bool Any => active is not null;

    /// <summary>Sets a fault from now on; one of the same name is replaced. False when there are 100 others.</summary>
    /// <exception cref="ArgumentException">The rule cannot be; the message names everything that is wrong.</exception>
    public bool Set(FaultRule rule)
    {
        OptionErrors.ThrowIfAny($"Fault '{rule.Name}'", rule.Validate());
        lock (gate)
        {
            var now = clock.GetTimestamp();
            var faults = (active ?? []).Where(fault => fault.Until > now).ToList();
            var fault = new ActiveFault(rule, now + (long)(rule.Duration.TotalSeconds * clock.TimestampFrequency));
            var place = faults.FindIndex(other => other.Rule.Name == rule.Name);
            if (place >= 0)
            {
                faults[place] = fault;
            }
            else if (faults.Count < Maximum)
            {
                faults.Add(fault);
            }
            else
            {
                return false;
            }

            active = [.. faults];
            return true;
        }
    }

    /// <summary>Ends the fault of this name, or all of them; says how many there were. Calls that are held up already stay so.</summary>
    public int Clear(string? name = null)
    {
        var now = clock.GetTimestamp();
        return Keep(fault => name is not null && fault.Rule.Name != name, fault => fault.Until > now);
    }

    /// <summary>The fault that strikes a call of a pipeline, or null.</summary>
    internal FaultRule? Strike() => active is { } faults ? Strike(faults, null) : null;

    /// <summary>The fault that strikes a request, or null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="route">Name of the route that it takes through a gateway; null elsewhere.</param>
    internal FaultRule? Strike(HttpRequest request, string? route = null) => active is { } faults ? Strike(faults, request, route) : null;

    /// <summary>Faults that do not end: somebody wrote them into a configuration, and takes them out of it.</summary>
    internal static Faults Standing(IReadOnlyList<FaultRule> rules, TimeProvider clock, Random random) =>
        new(clock, random) { active = rules.Count == 0 ? null : [.. rules.Select(rule => new ActiveFault(rule, long.MaxValue))] };

    private FaultRule? Strike(ActiveFault[] faults, HttpRequest? request, string? route = null)
    {
        var now = clock.GetTimestamp();
        var over = false;
        FaultRule? struck = null;
        foreach (var fault in faults)
        {
            if (fault.Until <= now)
            {
                over = true;
            }
            else if ((request is null ? fault.IsOfCalls : fault.IsOf(request, route)) && fault.Strikes(random))
            {
                struck = fault.Rule;
                break;
            }
        }

        if (over)
        {
            Forget(now);
        }

        return struck;
    }

    // A method of its own: its lambda would cost every call an object.
    private void Forget(long now) => Keep(fault => fault.Until > now, _ => true);

    private int Keep(Func<ActiveFault, bool> keep, Func<ActiveFault, bool> counts)
    {
        lock (gate)
        {
            var before = active ?? [];
            var kept = before.Where(keep).ToArray();
            active = kept.Length > 0 ? kept : null;
            return before.Except(kept).Count(counts);
        }
    }
}
