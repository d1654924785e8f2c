using System.Globalization;

namespace Portolan.Observability.Health;

/// <summary>A check that is never run twice at once: one that hangs must not pile up under every probe.</summary>
internal sealed class RunningCheck(HealthCheck check, HealthOptions options, TimeProvider clock)
{
    private readonly Lock gate = new();
    private Task<HealthResult>? running;

    public HealthCheck Check { get; } = check;

    /// <summary>Never throws, and returns within the check's time.</summary>
    public async Task<HealthResult> RunAsync()
    {
        try
        {
            return await Join().WaitAsync(options.CheckTimeout, clock);
        }
        catch (TimeoutException)
        {
            var allowed = options.CheckTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
            return HealthResult.Down($"No answer within {allowed} ms.");
        }
        catch (Exception exception)
        {
            return HealthResult.Down(Logs.Redaction.Text(exception.Message));
        }
    }

    private Task<HealthResult> Join()
    {
        lock (gate)
        {
            if (running is null or { IsCompleted: true })
            {
                // On the pool: a check that blocks before its first await must not hold up the others.
                running = Task.Run(LookAsync);
            }

            return running;
        }
    }

    private async Task<HealthResult> LookAsync()
    {
        using var time = new CancellationTokenSource(options.CheckTimeout, clock);
        return await Check.CheckAsync(time.Token);
    }
}
