namespace Portolan.Cli.Terminal;

/// <summary>Rows under headings, each column as wide as its widest cell; never wrapped, so that scripts can cut it.</summary>
internal sealed class TextTable(params string[] headings)
{
    private const string Gap = "   ";
    private readonly List<(string[] Cells, Tone Tone)> rows = [];

    /// <summary>Adds a row; the tone colours it whole.</summary>
    public void Add(Tone tone, params string[] cells) => rows.Add((cells, tone));

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => Add(Tone.Plain, cells);

    /// <summary>Prints headings and rows.</summary>
    public void Print(Screen screen)
    {
        var widths = headings
            .Select((heading, column) => rows.Select(row => row.Cells[column].Length).Append(heading.Length).Max())
            .ToArray();
        screen.Out.WriteLine(screen.Paint(Tone.Dim, Line(headings, widths)));
        foreach (var (cells, tone) in rows)
        {
            screen.Out.WriteLine(screen.Paint(tone, Line(cells, widths)));
        }
    }

    /// <summary>Prints the table, or words where it has no rows.</summary>
    public void PrintOr(Screen screen, string words)
    {
        if (rows.Count > 0)
        {
            Print(screen);
        }
        else
        {
            screen.Out.WriteLine(words);
        }
    }

    private static string Line(string[] cells, int[] widths) =>
        string.Join(Gap, cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
}
