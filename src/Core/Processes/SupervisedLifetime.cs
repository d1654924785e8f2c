using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Portolan.Core.Processes;

/// <summary>
/// Life under a supervisor (<c>portolan up</c>): the process ends on SIGTERM and when the supervisor is gone, which it
/// sees as the end of its standard input; it ignores SIGINT, which a terminal sends to the whole process group.
/// </summary>
public sealed class SupervisedLifetime(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    /// <summary>Set to <c>1</c> by the supervisor in the environment of what it starts.</summary>
    public const string EnvironmentVariable = "PORTOLAN_SUPERVISED";

    private readonly List<PosixSignalRegistration> signals = [];

    /// <summary>True when a supervisor started this process.</summary>
    public static bool IsSupervised => Environment.GetEnvironmentVariable(EnvironmentVariable) == "1";

    /// <summary>Takes over the process's lifetime where a supervisor started it; leaves the host's own otherwise.</summary>
    public static void UseWhereSupervised(IServiceCollection services)
    {
        if (IsSupervised)
        {
            services.Replace(ServiceDescriptor.Singleton<IHostLifetime, SupervisedLifetime>());
        }
    }

    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true));
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            application.StopApplication();
        }));

        // A blocked read cannot be cancelled: a background thread that does not keep the process alive.
        new Thread(StopWhenInputEnds) { IsBackground = true, Name = "supervisor watch" }.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => signals.ForEach(signal => signal.Dispose());

    private void StopWhenInputEnds()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[64];
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A pipe or terminal that broke is an end too.
        }

        application.StopApplication();
    }
}
