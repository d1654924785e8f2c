using System.Runtime.InteropServices;

namespace Portolan.Cli.Processes;

/// <summary>Ctrl-C and SIGTERM as a token, for commands that wait.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource pressed = new();
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt() => registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    public CancellationToken Token => pressed.Token;

    public void Dispose()
    {
        Array.ForEach(registrations, registration => registration.Dispose());
        pressed.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        pressed.Cancel();
    }
}
