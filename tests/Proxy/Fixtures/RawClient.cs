using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A client that says what no decent one would, as slowly as it likes: the test has the socket.</summary>
public sealed class RawClient : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
    private readonly StringBuilder seen = new();

    private RawClient()
    {
    }

    /// <summary>All that came back so far.</summary>
    public string Seen => seen.ToString();

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var client = new RawClient();
        await client.socket.ConnectAsync(address.Host, address.Port);
        return client;
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Until what came back contains <paramref name="text"/>, or the connection ends; returns all that came.</summary>
    public async Task<string> ReadToAsync(string text)
    {
        var buffer = new byte[64 * 1024];
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!Seen.Contains(text, StringComparison.Ordinal) && await ReceiveAsync(buffer, time.Token) is > 0 and var count)
        {
            seen.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return Seen;
    }

    /// <summary>Until the connection ends, by a reset too.</summary>
    public Task<string> ReadToEndAsync() => ReadToAsync("\uffff");

    public void Dispose() => socket.Dispose();

    private async Task<int> ReceiveAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, cancellationToken);
        }
        catch (SocketException)
        {
            // What came before counts.
            return 0;
        }
    }
}
