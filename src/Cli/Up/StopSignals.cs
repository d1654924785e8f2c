using System.Runtime.InteropServices;
using Portolan.Cli.Running;

namespace Portolan.Cli.Up;

/// <summary>
/// Hears that the system shall stop: Ctrl-C, SIGTERM, the terminal's end, or the file that <c>portolan down</c> writes.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan PollStep = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource requested = new();
    private readonly TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly ITimer poll;

    public StopSignals(SystemPaths paths, TimeProvider time)
    {
        File.Delete(paths.StopRequest);
        Token = requested.Token;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        poll = time.CreateTimer(_ => OnPoll(paths), null, PollStep, PollStep);
    }

    /// <summary>Cancelled at the first request.</summary>
    public CancellationToken Token { get; }

    /// <summary>Ends when somebody presses Ctrl-C although the system is stopping already.</summary>
    public Task Again => again.Task;

    /// <summary>Ends when the system shall stop.</summary>
    public async Task WaitAsync()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Token.Register(() => stop.TrySetResult());
        await stop.Task;
    }

    public void Dispose()
    {
        poll.Dispose();
        registrations.ForEach(registration => registration.Dispose());
        requested.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (requested.IsCancellationRequested)
        {
            again.TrySetResult();
            return;
        }

        requested.Cancel();
    }

    private void OnPoll(SystemPaths paths)
    {
        if (!requested.IsCancellationRequested && File.Exists(paths.StopRequest))
        {
            requested.Cancel();
        }
    }
}
