using Portolan.Cli.Build;
using Portolan.Cli.Logs;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.SystemFile;
using Portolan.Cli.Terminal;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Up;

/// <summary>Runs a whole system on this machine, from the file that describes it until it is told to stop.</summary>
internal sealed class UpRun(UpOptions options, Screen screen, TimeProvider time, Random random, SystemIndex index)
{
    private const int Stopped = 0;
    private const int Killed = 130;

    private readonly SystemPaths paths = new(options.Folder);
    private readonly Ports ports = new(random);

    /// <summary>Returns the exit code; <paramref name="onReady"/> is told when everything runs.</summary>
    public async Task<int> RunAsync(Action onReady)
    {
        var system = SystemFileReader.ReadFolder(paths.Folder);
        CheckExceptions(system);
        await using var held = await SystemLock.TryAcquireAsync(paths, time, CancellationToken.None) ?? throw AlreadyRunning();
        using var stop = new StopSignals(paths, time);
        await LeftBehind.WaitForAsync(paths, time, stop.Token);
        Prepare(system);
        try
        {
            return await RunAsync(system, stop, onReady);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            screen.Out.WriteLine("Stopped before the system was up.");
            return Stopped;
        }
        finally
        {
            // In this order: whoever sees the lock free finds no state that looks alive.
            index.Remove(paths);
            File.Delete(paths.State);
            File.Delete(paths.StopRequest);
        }
    }

    private async Task<int> RunAsync(SystemConfig system, StopSignals stop, Action onReady)
    {
        var chosen = PortPlan.Make(system, options, ports, index.Running());
        var plan = new SystemPlan(system, paths, chosen.Server, chosen.Gateway);
        WriteState(system, plan, []);
        index.Add(system.Name, paths);

        var projects = system.Services.Where(service => service.Command.Count == 0 && !options.Except.Contains(service.Name)).Select(service => service.Project).Distinct().ToList();
        var build = new SystemBuild(paths.Build, paths.Folder, options.Configuration, new StatusLine(screen, time), time);
        var programs = await build.RunAsync(projects, options.NoBuild, stop.Token);

        await using var display = new LogDisplay(screen, time);
        using var health = new HealthProbe();
        var surroundings = new Supervision(time, ports, health, display, paths, () => { });
        using var supervisor = new Supervisor(plan.Processes(programs, options.Except.ToHashSet()), surroundings, states => WriteState(system, plan, states));
        try
        {
            var starting = StartAsync(supervisor, plan, health, stop.Token);
            await new StartProgress(screen, time).WhileAsync(supervisor, starting);
            if (await starting is { } missing)
            {
                screen.Error.WriteLine(missing);
            }

            Present(system, plan, supervisor);
            if (!options.Quiet)
            {
                display.Follow([.. supervisor.Processes.Select(process => process.Plan.Instance)]);
            }

            onReady();
            await stop.WaitAsync();
            display.Say($"Stopping {system.Name} …");
        }
        finally
        {
            await StopAsync(supervisor, stop);
        }

        return stop.Again.IsCompleted ? Killed : Stopped;
    }

    private async Task<string?> StartAsync(Supervisor supervisor, SystemPlan plan, HealthProbe health, CancellationToken cancellationToken)
    {
        await supervisor.StartAsync(options.StartTimeout, cancellationToken);
        var services = supervisor.Processes.Where(process => process.Plan.Stage == StopStage.Service).CountBy(process => process.Plan.Name).ToDictionary();
        return plan.GatewayAddress is { } gateway
            ? await new GatewayKnowledge(health, gateway, time).WaitAsync(services, options.StartTimeout, cancellationToken)
            : null;
    }

    private static async Task StopAsync(Supervisor supervisor, StopSignals stop)
    {
        var stopping = supervisor.StopAsync();
        if (await Task.WhenAny(stopping, stop.Again) != stopping)
        {
            supervisor.KillAll();
        }

        await stopping;
    }

    private void Prepare(SystemConfig system)
    {
        if (options.Fresh)
        {
            paths.Empty();
        }

        paths.Create();
        screen.Out.WriteLine($"{screen.Paint(Tone.Bold, system.Name)} in {paths.Folder}");
    }

    private void Present(SystemConfig system, SystemPlan plan, Supervisor supervisor)
    {
        var table = new TextTable("NAME", "ADDRESS", "PID");
        foreach (var state in supervisor.Processes.OrderBy(process => process.Plan.Stage).Select(process => process.State))
        {
            table.Add(state.Instance, $"http://127.0.0.1:{state.Port}", state.Pid?.ToString() ?? "-");
        }

        screen.Out.WriteLine();
        table.Print(screen);
        foreach (var service in system.Services.Where(service => options.Except.Contains(service.Name)))
        {
            ByHand.Print(screen, service, plan, ports);
        }

        screen.Out.WriteLine();
        screen.Out.WriteLine(screen.Paint(Tone.Dim, $"Data and logs are in {Path.Combine(paths.Folder, ".portolan")}. Stop with Ctrl-C or 'portolan down'."));
    }

    private void WriteState(SystemConfig system, SystemPlan plan, IReadOnlyList<ProcessState> processes)
    {
        try
        {
            var state = new SystemState(system.Name, paths.Folder, Environment.ProcessId, plan.ServerAddress, plan.GatewayAddress, processes);
            StateFile.Write(paths.State, state, RunningJson.Default.SystemState);
        }
        catch (IOException)
        {
            // A full disk makes 'ps' show an older picture; it must not end the supervision.
        }
    }

    private void CheckExceptions(SystemConfig system)
    {
        var names = system.Services.Select(service => service.Name).ToList();
        if (options.Except.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            var hint = Nearest.Hint(unknown, names);
            throw new CliException($"--except {unknown}: there is no such service" + (hint.Length > 0 ? hint : $"; there are {string.Join(", ", names)}."));
        }
    }

    private CliException AlreadyRunning()
    {
        var pid = StateFile.Read(paths.State, RunningJson.Default.SystemState)?.Pid;
        return new CliException($"The system in '{paths.Folder}' is already running{(pid is null ? "" : $" (pid {pid})")}. See it with 'portolan ps {paths.Folder}', stop it with 'portolan down {paths.Folder}'.");
    }
}
