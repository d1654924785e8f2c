namespace Portolan.Messaging;

/// <summary>Tuning of messages; bound to <c>Portolan:Messaging</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>Attempts at a message before it is a dead letter. Default 5, at least 1.</summary>
    public int MaximumAttempts { get; set; } = 5;

    /// <summary>Delay before the second attempt; each further one waits four times as long. Default 200 ms.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest delay between two attempts. Default 1 minute.</summary>
    public TimeSpan MaximumDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest that a handler's <c>LoadAsync</c> may take before the attempt counts as failed. Default 30 s, at most 1 day.</summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a handled message, and an <c>Idempotency-Key</c>, is remembered. Default 7 days.</summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Outbox rows handed to the transport at a time. Default 100.</summary>
    public int RelayBatch { get; set; } = 100;

    /// <summary>What is wrong with these values, each with the fix; empty when nothing is.</summary>
    public IEnumerable<string> Errors()
    {
        if (MaximumAttempts < 1)
        {
            yield return $"Portolan:Messaging:MaximumAttempts is {MaximumAttempts}; it must be at least 1.";
        }

        if (FirstDelay <= TimeSpan.Zero || MaximumDelay < FirstDelay)
        {
            yield return $"Portolan:Messaging:FirstDelay ({FirstDelay}) must be above zero and not above MaximumDelay ({MaximumDelay}).";
        }

        if (LoadTimeout <= TimeSpan.Zero || LoadTimeout > TimeSpan.FromDays(1))
        {
            yield return $"Portolan:Messaging:LoadTimeout is {LoadTimeout}; it must be above zero and not above 1 day. Default 30 s.";
        }

        if (DeduplicationWindow < TimeSpan.FromMinutes(1))
        {
            yield return $"Portolan:Messaging:DeduplicationWindow is {DeduplicationWindow}; below 1 minute duplicates come through. Default 7 days.";
        }

        if (RelayBatch is < 1 or > 10_000)
        {
            yield return $"Portolan:Messaging:RelayBatch is {RelayBatch}; it must be between 1 and 10000.";
        }
    }

    /// <summary>Delay after the given number of failed attempts.</summary>
    internal TimeSpan DelayAfter(int attempts) =>
        TimeSpan.FromTicks((long)Math.Min(MaximumDelay.Ticks, FirstDelay.Ticks * Math.Pow(4, Math.Min(attempts, 40) - 1)));
}
