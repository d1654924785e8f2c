using System.CommandLine;

namespace Portolan.Cli.CommandLine;

/// <summary>Arguments and options that several commands take.</summary>
internal static class Operands
{
    public static Argument<string?> Folder() => new("folder")
    {
        Description = "The system's folder; not needed while only one system runs",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs to read" };

    public static Option<string?> Server() => new("--server")
    {
        Description = "The server's address; otherwise that of the running system, or http://127.0.0.1:8500",
        HelpName = "url",
    };

    public static Option<string?> Gateway() => new("--gateway")
    {
        Description = "The gateway's address; otherwise that of the running system, or http://127.0.0.1:8080",
        HelpName = "url",
    };
}
