using System.Net;
using System.Net.Sockets;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

/// <summary>Frames without end on one connection of HTTP/2: it may end, others are answered, and memory stays.</summary>
public sealed class Http2FloodTests
{
    private const int Many = 20_000;

    private static readonly byte[] Request = Http2Wire.Block([(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/x")]);

    public static TheoryData<string> Floods { get; } = ["rapid reset", "made you reset", "continuation", "empty continuation", "ping", "settings", "empty data", "headers", "packed headers"];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_flood_is_one_connections_own_trouble(string flood)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, echo.Address);
        await AskAsync(gateway);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var wire = await Http2Wire.ConnectAsync(gateway.Address);
        try
        {
            await wire.SendAsync(Opening(flood));
            for (var number = 0; number < Many; number += 100)
            {
                var frames = Enumerable.Range(number, 100).SelectMany(one => Frames(flood, one)).ToArray();

                // Who is not read from any more has been stopped.
                await wire.SendAsync(frames).WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
            }
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            // The gateway has ended it.
        }

        await AskAsync(gateway);

        // Other tests have bodies of some size at the same time; a flood that is kept would be gigabytes.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 500_000_000);
    }

    private static byte[] Opening(string flood) => flood switch
    {
        "continuation" or "empty continuation" => Http2Wire.Frame(Http2Wire.Headers, 0, 1, Request),
        "empty data" => Http2Wire.Frame(Http2Wire.Headers, Http2Wire.EndHeaders, 1, Http2Wire.Block([(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x")])),
        _ => [],
    };

    private static byte[] Frames(string flood, int number)
    {
        var stream = 1 + (2 * number);
        return flood switch
        {
            "rapid reset" => [.. Open(stream), .. Http2Wire.Frame(Http2Wire.Reset, 0, stream, [0, 0, 0, 8])],
            "made you reset" => [.. Open(stream), .. Http2Wire.Frame(Http2Wire.WindowUpdate, 0, stream, [0, 0, 0, 0])],
            "continuation" => Http2Wire.Frame(Http2Wire.Continuation, 0, 1, Http2Wire.Block([("x-" + number, new string('a', 100))])),
            "empty continuation" => Http2Wire.Frame(Http2Wire.Continuation, 0, 1, []),
            "ping" => Http2Wire.Frame(Http2Wire.Ping, 0, 0, new byte[8]),
            "settings" => Http2Wire.Frame(Http2Wire.Settings, 0, 0, [0, 3, 0, 0, 0, 100]),
            "empty data" => Http2Wire.Frame(Http2Wire.Data, 0, 1, []),
            "headers" => Open(stream),

            // 4,000 bytes into the table once, then a thousand times by one byte.
            "packed headers" => Http2Wire.Frame(Http2Wire.Headers, Http2Wire.EndStream | Http2Wire.EndHeaders, stream,
                [.. Request, 0x40, 1, (byte)'x', 127, 0xa1, 0x1e, .. Enumerable.Repeat((byte)'a', 4000), .. Enumerable.Repeat((byte)0xbe, 1000)]),
            _ => throw new ArgumentOutOfRangeException(nameof(flood)),
        };
    }

    private static byte[] Open(int stream) => Http2Wire.Frame(Http2Wire.Headers, Http2Wire.EndStream | Http2Wire.EndHeaders, stream, Request);

    private static async Task AskAsync(Gateway gateway)
    {
        using var client = new HttpClient { BaseAddress = gateway.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync("/x", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
