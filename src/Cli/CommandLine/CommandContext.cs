using Portolan.Cli.Running;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.CommandLine;

/// <summary>What every command works with.</summary>
internal sealed record CommandContext(Screen Screen, TimeProvider Time, Random Random, SystemIndex Index)
{
    public static CommandContext OfProcess() => new(Screen.OfProcess(), TimeProvider.System, Random.Shared, SystemIndex.OfUser());
}
