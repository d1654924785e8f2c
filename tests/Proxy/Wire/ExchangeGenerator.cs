using System.Globalization;
using System.Text;

namespace Portolan.Proxy.Tests.Wire;

/// <summary>Makes exchanges that the specifications allow, the odd ones too.</summary>
internal sealed class ExchangeGenerator(Random random)
{
    private const string TokenCharacters = "!#$%&'*+-.^`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string PathCharacters = "abcXYZ019-._~!$&'()*+,;=:@";

    private static readonly string[] Methods = ["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH", "x!"];
    private static readonly int[] Sizes = [0, 1, 2, 15, 16, 17, 150, 1023, 4095, 4096, 4097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 200_000];
    private static readonly int[] Statuses = [200, 200, 200, 201, 202, 203, 204, 204, 205, 206, 226, 299, 301, 304, 307, 400, 401, 404, 409, 418, 429, 451, 499, 500, 503, 599];

    private static readonly string[] RequestNames =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie", "User-Agent", "Content-Type", "Content-Encoding", "If-None-Match", "If-Match",
        "If-Modified-Since", "Range", "Referer", "Cache-Control", "Pragma", "Max-Forwards", "Date", "Warning", "Priority", "Idempotency-Key", "tracestate", "baggage",
    ];

    private static readonly string[] ResponseNames =
    [
        "Content-Type", "Content-Encoding", "Content-Language", "Content-Location", "Content-Range", "ETag", "Last-Modified", "Expires", "Cache-Control", "Vary", "Age",
        "Server", "Date", "Location", "WWW-Authenticate", "Set-Cookie", "Link", "Accept-Ranges", "Allow", "Retry-After", "Strict-Transport-Security", "Alt-Svc", "Pragma",
    ];

    public Exchange Next()
    {
        var method = Pick(Methods);
        var target = Target();
        var old = Chance(0.08);
        var closes = old || Chance(0.1);
        var request = Headers(RequestNames, repeats: ["Accept", "Cookie"], most: 60);
        var body = method is "POST" or "PUT" or "PATCH" || Chance(0.1) ? Body() : null;
        var chunked = body is not null && !old && Chance(0.5);
        var head = $"{method} {target} HTTP/1.{(old ? 0 : 1)}\r\nHost: shop.example\r\n";
        var requestBytes = Bytes(head, request, closes ? "Connection: close" : null, body, chunked, declared: body is not null);

        var status = Pick(Statuses);
        var answer = Headers(ResponseNames, repeats: ["Set-Cookie", "Link", "Vary", "WWW-Authenticate"], most: 150);
        var bare = method == "HEAD" || status is 204 or 304;
        var content = bare || status == 205 ? [] : Body();
        var framing = bare ? Chance(0.5) ? Framing.Length : Framing.None : Pick([Framing.Length, Framing.Length, Framing.Chunks, Framing.Chunks, Framing.End]);
        var oldService = framing != Framing.Chunks && Chance(0.1);
        var serviceCloses = framing == Framing.End || oldService || Chance(0.1);
        var start = $"HTTP/1.{(oldService ? 0 : 1)} {status} {Pick(["", "OK", "Whatever it is", "caf\u00e9"])}\r\n";
        if (bare && framing == Framing.Length)
        {
            // Many say it of an answer that can have none.
            answer.Add(("Content-Length", status == 204 ? "0" : Pick(Sizes).ToString(CultureInfo.InvariantCulture)));
        }

        var connection = serviceCloses && !oldService ? "Connection: close" : oldService || Chance(0.7) ? null : "Connection: keep-alive\r\nKeep-Alive: timeout=5";
        var responseBytes = Bytes(Interim(old || oldService) + start, answer, connection, content, framing == Framing.Chunks, framing == Framing.Length && !bare);
        return new Exchange
        {
            Method = method, Target = target, Request = new WireMessage(head, request, body ?? []), RequestBytes = requestBytes, ClientCloses = closes,
            Status = status, Response = new WireMessage(start, answer, content), ResponseBytes = responseBytes, ServiceCloses = serviceCloses,
        };
    }

    /// <summary>Where to cut what is sent: not at all, at some places, or after every byte.</summary>
    public IEnumerable<byte[]> Cut(byte[] bytes)
    {
        switch (random.Next(4))
        {
            case 0:
                yield return bytes;
                break;
            case 1 when bytes.Length < 3000:
                foreach (var one in bytes)
                {
                    yield return [one];
                }

                break;
            default:
                for (var at = 0; at < bytes.Length;)
                {
                    var length = Math.Min(bytes.Length - at, Pick([1, 2, 7, 100, 1000, 5000, 40_000]) + random.Next(10));
                    yield return bytes[at..(at + length)];
                    at += length;
                }

                break;
        }
    }

    private byte[] Bytes(string head, List<(string Name, string Value)> headers, string? connection, byte[]? body, bool chunked, bool declared)
    {
        var text = new StringBuilder(head);
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(Pick(["", " ", " ", "\t ", "  "])).Append(value).Append(Pick(["", "", " ", " \t"])).Append("\r\n");
        }

        text.Append(connection).Append(connection is null ? "" : "\r\n")
            .Append(chunked ? Pick(["Transfer-Encoding: chunked\r\n", "transfer-encoding:Chunked\r\n"]) : declared ? $"Content-Length: {body!.Length}\r\n" : "").Append("\r\n");
        var bytes = new MemoryStream();
        bytes.Write(Encoding.Latin1.GetBytes(text.ToString()));
        if (chunked)
        {
            WriteChunks(body!, bytes);
        }
        else if (body is not null)
        {
            bytes.Write(body);
        }

        return bytes.ToArray();
    }

    private void WriteChunks(byte[] body, MemoryStream to)
    {
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(body.Length - at, Pick([1, 3, 15, 16, 17, 255, 4096, 20_000, 70_000]));
            var size = length.ToString(Pick(["x", "X", "x4", "x8"]), CultureInfo.InvariantCulture);
            to.Write(Encoding.Latin1.GetBytes(size + Pick(["", "", ";a", ";a=b", ";a=\"b;c\"", ";long=" + new string('e', 200)]) + "\r\n"));
            to.Write(body, at, length);
            to.Write("\r\n"u8);
            at += length;
        }

        to.Write(Encoding.Latin1.GetBytes(Pick(["0\r\n", "000\r\n", "0;last\r\n"]) + Pick(["", "", "X-Sum: 1\r\n", "X-Sum: 1\r\nX-Empty:\r\nx-sum:\t2 \r\n"]) + "\r\n"));
    }

    private string Interim(bool none)
    {
        var count = none || Chance(0.8) ? 0 : random.Next(1, 4);
        return string.Concat(Enumerable.Range(0, count).Select(_ => Pick(["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\nX-Step: 1\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"])));
    }

    private List<(string, string)> Headers(string[] known, string[] repeats, int most)
    {
        var headers = new List<(string, string)>();
        var count = Chance(0.1) ? most : random.Next(12);
        foreach (var name in known.OrderBy(_ => random.Next()).Take(random.Next(8)))
        {
            headers.Add((Chance(0.2) ? name.ToLowerInvariant() : name, Value()));
        }

        for (var number = 0; number < count; number++)
        {
            // Some come twice, in the same spelling or in another.
            var name = Chance(0.1) ? Pick(repeats) : Chance(0.1) ? "X-Again" : Chance(0.05) ? "x-agaIN" : "X" + Token(1 + random.Next(20)) + number;
            headers.Add((name, Value()));
        }

        return [.. headers.OrderBy(_ => random.Next())];
    }

    private string Value() => random.Next(8) switch
    {
        0 => "",
        1 => "a, b;q=0.5, \"c, d\"",
        2 => "tab\tinside  and  spaces",
        3 => new string('v', random.Next(300)),
        4 => "obs-text: \u0080\u00e9\u00ff",
        5 => "%00%0d%0a{\"json\": [1, 'x']} <a href=\"?\"> \\ = ; ::",
        _ => Token(1 + random.Next(30)),
    };

    private string Target()
    {
        var text = new StringBuilder("/x");
        for (var segment = random.Next(5); segment > 0; segment--)
        {
            text.Append('/').Append('s').Append(Characters(PathCharacters, random.Next(12))).Append(Pick(["", "", "%20", "%2F", "%252F", "%C3%A9", "%e2%82%ac", "%3b", "%2b"]));
        }

        text.Append(Pick(["", "", "/"]));
        return Chance(0.5) ? text.ToString() : text.Append('?').Append(Characters(PathCharacters + "/?", random.Next(40))).Append(Pick(["", "&a=%00", "=%", "?", "//../"])).ToString();
    }

    private byte[] Body()
    {
        var body = new byte[Pick(Sizes)];
        random.NextBytes(body);
        return body;
    }

    private string Token(int length) => Characters(TokenCharacters, length);

    private string Characters(string of, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => of[random.Next(of.Length)]));

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private bool Chance(double share) => random.NextDouble() < share;

    private enum Framing
    {
        None,
        Length,
        Chunks,
        End,
    }
}
