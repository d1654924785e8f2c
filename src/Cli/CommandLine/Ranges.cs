using System.CommandLine.Parsing;

namespace Portolan.Cli.CommandLine;

/// <summary>What numbers on the command line may be.</summary>
internal static class Ranges
{
    public static void Port(OptionResult result) => Check(result, 0, 65535);

    public static void Seconds(OptionResult result) => Check(result, 1, 3600);

    public static void SecondsOrNone(OptionResult result) => Check(result, 0, 3600);

    /// <summary>Requests a second: more than a million, one process does not send.</summary>
    public static void Rate(OptionResult result) => Check(result, 1, 1_000_000);

    /// <summary>As many as there are ports to come from, about.</summary>
    public static void Connections(OptionResult result) => Check(result, 1, 50_000);

    public static void Lines(OptionResult result) => Check(result, 1, 100_000);

    /// <summary>What the server lists at most.</summary>
    public static void Listed(OptionResult result) => Check(result, 1, 1_000);

    /// <summary>How long an operator's opening lasts: up to a day.</summary>
    public static void Hold(OptionResult result) => Check(result, 1, 86_400);

    private static void Check(OptionResult result, int minimum, int maximum)
    {
        if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var number) && number >= minimum && number <= maximum))
        {
            result.AddError($"{result.Option.Name} takes a whole number from {minimum} to {maximum}, not '{text}'.");
        }
    }
}
