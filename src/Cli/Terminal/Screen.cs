namespace Portolan.Cli.Terminal;

/// <summary>The colours that the program uses, by what they say.</summary>
internal enum Tone
{
    Plain,
    Dim,
    Bold,
    Good,
    Warning,
    Bad,
}

/// <summary>Where results and messages go, and whether somebody looks at them on a terminal.</summary>
/// <param name="Out">Results: what a script reads.</param>
/// <param name="Error">Messages about what went wrong, and progress.</param>
/// <param name="Interactive">True when <paramref name="Out"/> is a terminal, so that lines can be redrawn.</param>
/// <param name="Coloured">True when escape codes are welcome.</param>
internal sealed record Screen(TextWriter Out, TextWriter Error, bool Interactive, bool Coloured)
{
    private static readonly int[] NameColours = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

    /// <summary>The process's own streams; colours follow https://no-color.org.</summary>
    public static Screen OfProcess()
    {
        var terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        var colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(Console.Out, Console.Error, terminal, colour);
    }

    /// <summary>The text in a tone, or as it is where colours are not welcome.</summary>
    public string Paint(Tone tone, string text) => Escape(text, tone switch
    {
        Tone.Dim => 90,
        Tone.Bold => 1,
        Tone.Good => 32,
        Tone.Warning => 33,
        Tone.Bad => 31,
        _ => 0,
    });

    /// <summary>A name in the colour of its place in a list: neighbours differ.</summary>
    public string PaintName(int place, string text) => Escape(text, NameColours[place % NameColours.Length]);

    private string Escape(string text, int code) => Coloured && code != 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
