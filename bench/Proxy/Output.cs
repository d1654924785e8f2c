using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portolan.Bench.Proxy;

/// <summary>Prints figures as they come: a line of JSON each, or at the end a table in Markdown.</summary>
internal sealed class Output(bool json)
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<Figure> figures = [];

    public void Add(Figure figure)
    {
        figures.Add(figure);
        if (json)
        {
            var line = new Line(figure.Name, Rounded(figure.Value), figure.Unit, figure.Peer, Rounded(figure.PeerValue), Rounded(figure.Ratio), figure.Note);
            Console.WriteLine(JsonSerializer.Serialize(line, Lines));
        }
    }

    /// <summary>Says what is going on, to whoever waits.</summary>
    public void Doing(string what) => Console.Error.WriteLine(what);

    public void End()
    {
        if (json)
        {
            return;
        }

        Console.WriteLine("| figure | ours | unit | peer | peer's | ratio |\n|---|---|---|---|---|---|");
        foreach (var figure in figures)
        {
            Console.WriteLine($"| {figure.Name} | {Shown(figure.Value)} | {figure.Unit} | {figure.Peer} | {(figure.PeerValue is null ? figure.Note ?? "–" : Shown(figure.PeerValue))} | {Shown(figure.Ratio)} |");
        }
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 3) : null;

    private static string Shown(double? value) => value switch
    {
        null => "–",
        >= 1000 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private sealed record Line(
        string Name, double? Value, string Unit, string Peer, double? PeerValue, double? Ratio,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note);
}
