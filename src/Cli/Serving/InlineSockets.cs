using Microsoft.AspNetCore.Hosting;

namespace Portolan.Cli.Serving;

/// <summary>
/// Lets a data plane, and what puts load on one, go on where the network woke it: no hand-over to another thread, half the processor time a request. It
/// holds for the whole process and only before the first socket is used; and whatever blocks there, blocks every connection.
/// </summary>
internal static class InlineSockets
{
    public const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static readonly string[] Users = ["gateway", "sidecar", "load"];

    /// <summary>Turns it on for a process that gains by it, unless its environment says otherwise.</summary>
    public static void Use(string[] args)
    {
        if (args.Length > 0 && Users.Contains(args[0]) && Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }

    /// <summary>The server's half of it; each pays only with the other.</summary>
    public static void Use(IWebHostBuilder host)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            host.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        }
    }
}
