using Portolan.Cli.Terminal;

namespace Portolan.Cli.Logs;

/// <summary>How a line of an instance looks: its name in its colour, then the line in the tone of its level.</summary>
internal static class LogFormat
{
    public static string Line(Screen screen, string instance, int width, int place, LogLine line)
    {
        var prefix = screen.PaintName(place, instance.PadRight(width)) + screen.Paint(Tone.Dim, " | ");
        var text = line.Render(TimeZoneInfo.Local);
        var tone = line.Level switch
        {
            "warn" => Tone.Warning,
            "error" or "crit" => Tone.Bad,
            "debug" or "trace" => Tone.Dim,
            _ => Tone.Plain,
        };
        return string.Join('\n', text.Split('\n').Select(part => prefix + screen.Paint(tone, part)));
    }
}
