using Portolan.Cli.Logs;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;

namespace Portolan.Cli.Up;

/// <summary>Where a process is in its life.</summary>
internal enum ProcessPhase
{
    Starting,
    Ready,
    Restarting,
    Stopped,
}

/// <summary>What every supervised process needs of its surroundings.</summary>
internal sealed record Supervision(TimeProvider Time, Ports Ports, HealthProbe Health, LogDisplay Display, SystemPaths Paths, Action OnChange);

/// <summary>Keeps one process of the system running until it is told to stop.</summary>
internal sealed class SupervisedProcess : IDisposable
{
    private const int TailLines = 15;
    private const int PortAttempts = 5;
    private static readonly TimeSpan ProbeStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly Supervision surroundings;
    private readonly RestartPolicy restarts;
    private readonly LogFile log;
    private readonly RecentLines tail = new(TailLines);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource<string?> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock changing = new();
    private ChildProcess? child;
    private Task running = Task.CompletedTask;

    public SupervisedProcess(ProcessPlan plan, Supervision surroundings)
    {
        Plan = plan;
        this.surroundings = surroundings;
        restarts = new RestartPolicy(surroundings.Time);
        log = new LogFile(surroundings.Paths.LogOf(plan.Instance));
        Port = plan.Port ?? surroundings.Ports.Pick();
    }

    public ProcessPlan Plan { get; }

    public int Port { get; private set; }

    public ProcessPhase Phase { get; private set; }

    /// <summary>What the last look at its health found; null when it is ready.</summary>
    public string? LastAnswer { get; private set; } = "it was not asked yet";

    /// <summary>Null once it is ready for the first time; the reason when it ended before that.</summary>
    public Task<string?> Started => started.Task;

    public ProcessState State
    {
        get
        {
            lock (changing)
            {
                return new ProcessState(Plan.Name, Plan.Instance, child?.Pid, Port, Restarts);
            }
        }
    }

    private int Restarts { get; set; }

    public void Start() => running = SuperviseAsync();

    /// <summary>The last lines that it printed.</summary>
    public IReadOnlyList<string> Tail() => tail.ToList();

    /// <summary>From now on its end is no crash.</summary>
    public void ExpectEnd() => stopping.Cancel();

    /// <summary>Asks it to end, and makes it end when the patience is over.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        ExpectEnd();
        Current()?.Terminate();
        if (await Task.WhenAny(running, Task.Delay(patience, surroundings.Time)) != running)
        {
            surroundings.Display.Say($"{Plan.Instance} did not end in time and was killed.");
            Kill();
            await running;
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        ExpectEnd();
        Current()?.Kill();
    }

    public void Dispose()
    {
        log.Dispose();
        stopping.Dispose();
    }

    private ChildProcess? Current()
    {
        lock (changing)
        {
            return child;
        }
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var code = await RunOnceAsync();
                if (stopping.IsCancellationRequested || GivesUp(code))
                {
                    break;
                }

                await WaitForNextStartAsync(code);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop while it waited for its next start.
        }
        catch (CliException cannotStart)
        {
            started.TrySetResult(cannotStart.Message);
        }

        Enter(ProcessPhase.Stopped);
        started.TrySetResult("it was stopped");
    }

    private async Task<int> RunOnceAsync()
    {
        using var process = Launch();
        if (process is null)
        {
            return 0;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        var becomingReady = BecomeReadyAsync(ended.Token);
        var code = await process.Exited;
        await ended.CancelAsync();
        await becomingReady;
        lock (changing)
        {
            child = null;
        }

        return code;
    }

    // Under the lock: whoever stops the system either sees this process or keeps it from starting.
    private ChildProcess? Launch()
    {
        lock (changing)
        {
            child = stopping.IsCancellationRequested ? null : ChildProcess.Start(Plan.Launch(Port), OnLine, surroundings.Time);
        }

        Enter(ProcessPhase.Starting);
        return child;
    }

    private async Task BecomeReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            while ((LastAnswer = await surroundings.Health.CheckAsync(Port, ProbeTimeout, cancellationToken)) is not null)
            {
                await Task.Delay(ProbeStep, surroundings.Time, cancellationToken);
            }

            restarts.OnHealthy();
            Enter(ProcessPhase.Ready);
            if (!started.TrySetResult(null))
            {
                surroundings.Display.Say($"{Plan.Instance} is ready again.");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ended first.
        }
    }

    // A process that never was ready has a reason that another start does not cure, unless somebody took its port.
    private bool GivesUp(int code)
    {
        if (started.Task.IsCompleted || (TakesAnotherPort() && Restarts < PortAttempts))
        {
            return false;
        }

        started.TrySetResult($"it ended with exit code {code} before it was ready");
        return true;
    }

    private bool TakesAnotherPort()
    {
        if (Plan.Port is not null || Ports.IsFree(Port))
        {
            return false;
        }

        Port = surroundings.Ports.Pick();
        return true;
    }

    private async Task WaitForNextStartAsync(int code)
    {
        TakesAnotherPort();
        var delay = restarts.OnExit();
        Restarts++;
        Enter(ProcessPhase.Restarting);
        surroundings.Display.Say($"{Plan.Instance} ended with {ExitCode.Describe(code)}; starting it again in {delay.TotalSeconds:0.0} s.");
        await Task.Delay(delay, surroundings.Time, stopping.Token);
    }

    private void OnLine(string line)
    {
        log.Append(line);
        tail.Add(line);
        surroundings.Display.Line(Plan.Instance, line);
    }

    private void Enter(ProcessPhase phase)
    {
        Phase = phase;
        surroundings.OnChange();
    }
}
