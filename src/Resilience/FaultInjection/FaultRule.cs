using System.Buffers;
using System.Globalization;
using System.Text;

namespace Portolan.Resilience.FaultInjection;

/// <summary>One fault, which calls it hits, and for how long. It needs at least one effect.</summary>
/// <param name="Name">1 to 100 of letters, digits, '-', '_' and '.'; a fault of the same name is replaced.</param>
public sealed record FaultRule(string Name)
{
    private static readonly TimeSpan LongestLatency = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestDuration = TimeSpan.FromHours(24);
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>How long a call is held up before anything else happens to it, up to 1 h. Default: not at all.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>HTTP requests are answered with this status, 400 to 599. Pipelines do not heed it. Null: no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Calls of pipelines fail; HTTP requests are answered with <see cref="Status"/>, or 500.</summary>
    public bool Error { get; init; }

    /// <summary>The connection of HTTP requests is broken without an answer. Pipelines do not heed it.</summary>
    public bool Abort { get; init; }

    /// <summary>Share of the calls that it hits, 0 to 1. Default: all of them.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Only HTTP requests with this path or one below it, whatever the case; a fault with a path hits no pipeline. Null: any.</summary>
    public string? Path { get; init; }

    /// <summary>Only HTTP requests with this header: <c>name</c>, or <c>name=value</c>; a fault with a header hits no pipeline. Null: any.</summary>
    public string? Header { get; init; }

    /// <summary>Only HTTP requests on the route of this name through a gateway; a fault with a route hits nothing else. Null: any.</summary>
    public string? Route { get; init; }

    /// <summary>How long it lasts, up to 24 h: a game day that is forgotten ends by itself. Default 10 min.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Everything that is wrong with it; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => [.. Errors().Select(error => $"{error.Field}: {error.Message}")];

    /// <summary>The fault in words, for the log.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append(Latency > TimeSpan.Zero, $"{Latency.TotalMilliseconds} ms late");
        Append(Status is not null, $"status {Status}");
        Append(Error, $"error");
        Append(Abort, $"broken connection");
        Append(Share < 1, $"share {Share}");
        Append(Path is not null, $"path {Path}");
        Append(Header is not null, $"header {Header}");
        Append(Route is not null, $"route {Route}");
        Append(true, $"for {Duration.TotalSeconds} s");
        return text.ToString();

        void Append(bool holds, FormattableString what)
        {
            if (holds)
            {
                text.Append(text.Length > 0 ? ", " : "").Append(what.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    internal IEnumerable<(string Field, string Message)> Errors()
    {
        (bool Holds, string Field, string Otherwise)[] rules =
        [
            (Name is { Length: > 0 and <= 100 } && Name.All(IsOfName), nameof(Name), "Give 1 to 100 letters, digits, '-', '_' or '.'."),
            (Latency >= TimeSpan.Zero && Latency <= LongestLatency, nameof(Latency), "Give a time of 0 to 1 h."),
            (Status is null or (>= 400 and <= 599), nameof(Status), "Give a status of 400 to 599."),
            (Status is null || !Abort, nameof(Abort), "Give a status or break the connection, not both."),
            (Latency != TimeSpan.Zero || Status is not null || Error || Abort, nameof(Status), "Give at least one effect: a latency, a status, an error or an abort."),
            (Share is >= 0 and <= 1, nameof(Share), "Give a share of 0 to 1."),
            (Path is null || (Path.StartsWith('/') && !Path.Any(char.IsControl)), nameof(Path), "Give a path that begins with '/'."),
            (Header is null || IsHeader(Header), nameof(Header), "Give a header as name or name=value."),
            (Route is null || (Route.Length > 0 && !Route.Any(char.IsControl)), nameof(Route), "Give the name of a route."),
            (Duration > TimeSpan.Zero && Duration <= LongestDuration, nameof(Duration), "Give a time above 0, up to 24 h."),
        ];
        return from rule in rules where !rule.Holds select (rule.Field, rule.Otherwise);
    }

    private static bool IsOfName(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';

    private static bool IsHeader(string header)
    {
        var name = header.AsSpan(0, header.IndexOf('=') is >= 0 and var end ? end : header.Length);
        return name.Length > 0 && !name.ContainsAnyExcept(TokenCharacters) && !header.Any(char.IsControl);
    }
}
