using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Tests.Wire;

/// <summary>Reads messages from a connection by the letter of RFC 9112. Shares nothing with the proxy, so that both cannot be wrong alike.</summary>
internal sealed class WireReader(Socket socket)
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>Null when the connection ended instead.</summary>
    public async Task<WireMessage?> ReadRequestAsync()
    {
        if (await ReadLineAsync() is not { } line)
        {
            return null;
        }

        var headers = await ReadHeadersAsync();
        var message = new WireMessage(line, headers, []);
        return message with { Body = await ReadBodyAsync(message, untilEnd: false) };
    }

    /// <summary>The answer to a request of this method, without what comes before it (1xx).</summary>
    public async Task<WireMessage> ReadResponseAsync(string method)
    {
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new InvalidDataException("the connection ended before an answer");
            var message = new WireMessage(line, await ReadHeadersAsync(), []);
            var status = int.Parse(line.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
            if (status >= 200)
            {
                return method == "HEAD" || status is 204 or 304 ? message : message with { Body = await ReadBodyAsync(message, untilEnd: true) };
            }
        }
    }

    /// <summary>True when nothing is left and the peer has ended the connection.</summary>
    public async Task<bool> IsAtEndAsync() => start == end && !await FillAsync();

    private async Task<byte[]> ReadBodyAsync(WireMessage head, bool untilEnd)
    {
        var lengths = head.All("Content-Length");
        if (head.All("Transfer-Encoding") is { Length: > 0 } codings)
        {
            Check(codings is ["chunked"] && lengths.Length == 0, "framing in doubt");
            return await ReadChunksAsync();
        }

        Check(lengths.Length <= 1, "two lengths");
        return lengths.Length == 1 ? await ReadExactlyAsync(int.Parse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture))
            : untilEnd ? await ReadToEndAsync() : [];
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync() ?? throw new InvalidDataException("the connection ended before the last chunk");
            var size = int.Parse(line.Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                _ = await ReadHeadersAsync();
                return body.ToArray();
            }

            body.Write(await ReadExactlyAsync(size));
            Check(await ReadLineAsync() == "", "a chunk that does not end where it should");
        }
    }

    private async Task<List<(string, string)>> ReadHeadersAsync()
    {
        var headers = new List<(string, string)>();
        while (await ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return headers;
            }

            var colon = line.IndexOf(':');
            Check(colon > 0 && !line[..colon].Contains(' '), $"no header: {line}");
            headers.Add((line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        throw new InvalidDataException("the connection ended within a head");
    }

    // Null at the end of the connection; a line that ends with anything but CRLF is none.
    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !await FillAsync())
            {
                Check(line.Length == 0, $"the connection ended within '{line}'");
                return null;
            }

            var next = (char)buffer[start++];
            if (next == '\n')
            {
                Check(line.Length > 0 && line[^1] == '\r', $"a bare LF behind '{line}'");
                return line.ToString(0, line.Length - 1);
            }

            Check(line.Length == 0 || line[^1] != '\r', $"a bare CR in '{line}'");
            line.Append(next);
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            Check(start < end || await FillAsync(), $"the connection ended {length - at} bytes before the body did");
            var count = Math.Min(end - start, length - at);
            buffer.AsSpan(start, count).CopyTo(bytes.AsSpan(at));
            (start, at) = (start + count, at + count);
        }

        return bytes;
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        var bytes = new MemoryStream();
        do
        {
            bytes.Write(buffer, start, end - start);
            start = end;
        }
        while (await FillAsync());
        return bytes.ToArray();
    }

    private async Task<bool> FillAsync()
    {
        (start, end) = (0, await socket.ReceiveAsync(buffer));
        return end > 0;
    }

    private static void Check(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidDataException(problem);
        }
    }
}
