namespace Portolan.Sagas;

/// <summary>Tuning of sagas; bound to <c>Portolan:Sagas</c>.</summary>
public sealed class SagaOptions
{
    /// <summary>Attempts at a retriable step or a compensation before the saga needs attention. Default 10, at least 1.</summary>
    public int MaximumAttempts { get; set; } = 10;

    /// <summary>Delay before the second attempt; each further one waits twice as long. Default 500 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest delay between two attempts. Default 1 minute.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a finished saga can be looked at. Default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Hosts a client may name in <c>callbackUrl</c>. Default only this machine: a service that posts wherever a client says can be turned against its own network.
    /// </summary>
    public IList<string> CallbackHosts { get; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>What is wrong with these values, each with the fix; empty when nothing is.</summary>
    public IEnumerable<string> Errors()
    {
        if (MaximumAttempts < 1)
        {
            yield return $"Portolan:Sagas:MaximumAttempts is {MaximumAttempts}; it must be at least 1.";
        }

        if (FirstDelay <= TimeSpan.Zero || MaximumDelay < FirstDelay)
        {
            yield return $"Portolan:Sagas:FirstDelay ({FirstDelay}) must be above zero and not above MaximumDelay ({MaximumDelay}).";
        }
    }

    internal TimeSpan DelayAfter(int attempts) =>
        TimeSpan.FromTicks((long)Math.Min(MaximumDelay.Ticks, FirstDelay.Ticks * Math.Pow(2, Math.Min(attempts, 40) - 1)));
}
