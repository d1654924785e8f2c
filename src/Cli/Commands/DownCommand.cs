using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Running;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan down</c>.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    public static Command Create(CommandContext context)
    {
        var folder = Operands.Folder();
        var command = new PlainCommand(
            "down", "Stops a running system and waits until all of it has ended.", "portolan down", "portolan down samples/shop")
        {
            folder,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var system = RunningSystem.Find(parsed.GetValue(folder), context.Index, "down");
            await File.WriteAllTextAsync(system.Paths.StopRequest, "stop\n", cancellationToken);
            var begun = context.Time.GetTimestamp();
            while (SystemLock.IsHeld(system.Paths))
            {
                if (context.Time.GetElapsedTime(begun) > Patience)
                {
                    throw new CliException($"{system.State.Name} has not stopped within {Patience.TotalSeconds:0} s. End it with 'kill {system.State.Pid}'; its services end with it.");
                }

                await Task.Delay(Step, context.Time, cancellationToken);
            }

            context.Screen.Out.WriteLine($"{system.State.Name} has stopped.");
            return 0;
        });
        return command;
    }
}
