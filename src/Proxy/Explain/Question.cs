using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Explain;

/// <summary>A request that somebody asks about, without a body.</summary>
/// <param name="Method">In upper case.</param>
/// <param name="Target">Path and query, as they would come.</param>
/// <param name="Host">Whom it asks; <c>localhost</c> where that is not said.</param>
/// <param name="Headers">Names and values.</param>
internal sealed record Question(string Method, string Target, string Host, IReadOnlyList<(string Name, string Value)> Headers)
{
    private const string Expected = "a request like 'GET /api/orders/1'";

    /// <summary>Reads what one would type: <c>GET /api/orders/1</c>, a path alone, or with the host in front of it.</summary>
    /// <param name="request">Method and path.</param>
    /// <param name="headers">As curl takes them: <c>X-API-Version: 2</c>.</param>
    /// <param name="question">What it says.</param>
    /// <param name="error">What to write instead.</param>
    public static bool TryParse(
        string request, IEnumerable<string> headers, [NotNullWhen(true)] out Question? question, [NotNullWhen(false)] out string? error)
    {
        question = null;
        var words = request.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (method, address) = words.Length == 1 ? ("GET", words[0]) : (words.FirstOrDefault("").ToUpperInvariant(), words.ElementAtOrDefault(1) ?? "");
        var (host, target) = Split(address);
        if (words.Length is 0 or > 2 || !method.All(char.IsAsciiLetter) || !target.StartsWith('/'))
        {
            error = $"expected {Expected}, found '{request}'.";
            return false;
        }

        var read = new List<(string Name, string Value)>();
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':');
            if (colon <= 0 || !Settings.HttpText.IsToken(header[..colon].Trim()))
            {
                error = $"expected a header like 'X-API-Version: 2', found '{header}'.";
                return false;
            }

            read.Add((header[..colon].Trim(), header[(colon + 1)..].Trim()));
        }

        host = read.LastOrDefault(header => header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value ?? host;
        question = new Question(method, target, host ?? "localhost", read);
        error = null;
        return true;
    }

    /// <summary>The request as routes see it.</summary>
    public HttpRequest ToRequest()
    {
        var request = new DefaultHttpContext().Request;
        foreach (var header in Headers.GroupBy(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase))
        {
            request.Headers[header.Key] = header.ToArray();
        }

        request.Method = Method;
        request.Host = new HostString(Host);
        return request;
    }

    private static (string? Host, string Target) Split(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme > 0 ? address[(scheme + 3)..] : address;

        // A word alone is more likely a path whose slash was forgotten.
        var slash = rest.IndexOf('/');
        if (scheme <= 0 && (slash <= 0 || !rest.AsSpan(0, slash).ContainsAny('.', ':')))
        {
            return (null, address);
        }

        return slash < 0 ? (rest, "/") : (rest[..slash], rest[slash..]);
    }
}
