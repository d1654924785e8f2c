using System.Globalization;
using System.Text;

namespace Portolan.Cli.Load;

/// <summary>The one request that is sent again and again, as bytes.</summary>
internal sealed class LoadRequest
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    private LoadRequest(string method, Uri target, byte[] bytes)
    {
        Method = method;
        Target = target;
        Bytes = bytes;
    }

    public string Method { get; }

    public Uri Target { get; }

    /// <summary>Head and body as they go over the wire.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Throws <see cref="CliException"/> where HTTP would not allow such a request.</summary>
    /// <param name="headers">Like <c>Name: value</c>; they come before what is otherwise sent by itself.</param>
    public static LoadRequest Create(string url, string? method, IReadOnlyList<string> headers, byte[] body)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
        {
            throw CliException.OfUsage($"Name an address like http://127.0.0.1:8080/api/orders, not '{url}'.");
        }

        var verb = method ?? (body.Length > 0 ? "POST" : "GET");
        if (!IsToken(verb))
        {
            throw CliException.OfUsage($"--method takes a method like GET or POST, not '{verb}'.");
        }

        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{verb} {target.PathAndQuery} HTTP/1.1\r\n");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers.Select(Split))
        {
            names.Add(name);
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (!names.Contains("Host"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Host: {target.Authority}\r\n");
        }

        if (body.Length > 0 || verb is "POST" or "PUT" or "PATCH")
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        return new LoadRequest(verb, target, [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. body]);
    }

    private static (string Name, string Value) Split(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = at > 0 ? (text[..at], text[(at + 1)..].Trim()) : ("", "");
        if (!IsToken(name) || value.Any(letter => char.IsControl(letter) || letter > '\u00ff'))
        {
            throw CliException.OfUsage($"--header takes a header like 'Accept: application/json', not '{text}'.");
        }

        // These say where the request ends, and that is known here.
        return name.ToUpperInvariant() is "CONTENT-LENGTH" or "TRANSFER-ENCODING"
            ? throw CliException.OfUsage($"Leave out --header '{text}': the length follows from --body.")
            : (name, value);
    }

    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || TokenMarks.Contains(letter, StringComparison.Ordinal));
}
