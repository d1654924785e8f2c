using System.Globalization;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Tests.Wire;

/// <summary>
/// The promise of a proxy: any valid request and any valid answer, however they are cut on their way, arrive with the same
/// bytes in the body and the same headers, but for those that concern one connection and those that the gateway says itself.
/// </summary>
public sealed class RoundTripTests
{
    // What the gateway sets; it says so in the guide.
    private static readonly HashSet<string> OwnToService = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Via", "traceparent", "X-Request-ID", "X-Parent-Request-ID", "X-Correlation-ID", "X-Trace-ID",
        "X-Request-Timeout", "Content-Length", "Transfer-Encoding", "Connection",
    };

    private static readonly HashSet<string> OwnToClient = new(StringComparer.OrdinalIgnoreCase)
    {
        "Via", "X-Request-ID", "X-Correlation-ID", "X-Trace-ID", "X-Backend-Duration", "X-Response-Time", "X-Served-By", "X-Backend-Latency", "Content-Length", "Transfer-Encoding",
        "Connection", "Keep-Alive",
    };

    [Theory]
    [InlineData(UpstreamProtocol.Http1, 1)]
    [InlineData(UpstreamProtocol.Http1, 2)]
    [InlineData(UpstreamProtocol.Http1, 3)]
    [InlineData(UpstreamProtocol.Framework, 4)]
    public async Task Whatever_is_valid_arrives_as_it_was_sent(UpstreamProtocol protocol, int seed)
    {
        var generator = new ExchangeGenerator(new Random(seed));
        await using var peers = await Peers.StartAsync(protocol, generator);
        var (ended, given) = (0, 0);
        for (var number = 0; number < 250; number++)
        {
            var exchange = generator.Next();
            try
            {
                var (request, response) = await peers.RunAsync(exchange);
                AssertArrived(exchange, request, protocol == UpstreamProtocol.Framework);
                AssertCameBack(exchange, response);
            }
            catch (Exception exception)
            {
                Assert.Fail($"Exchange {number} of seed {seed}: {exception.Message}\n{exchange.Request.StartLine}{exchange.Response.StartLine}{exception}");
            }

            ended += exchange.ServiceCloses ? 1 : 0;
            given += exchange is { ServiceCloses: false, Status: 205 } ? 1 : 0;
        }

        // A connection that nobody ended was used again; after a 205 some have a body that nobody reads.
        Assert.InRange(peers.Connections, ended, protocol == UpstreamProtocol.Http1 ? ended + given + 1 : int.MaxValue);
    }

    private static void AssertArrived(Exchange sent, WireMessage seen, bool framework)
    {
        Assert.Equal($"{sent.Method} {sent.Target} HTTP/1.1", seen.StartLine);

        // What the framework's client does otherwise: it makes one line of all that a request says under one name, and says
        // nothing of a body that is not there.
        var own = framework && sent.Request.Body.Length == 0 ? new HashSet<string>([.. OwnToService, "Content-Type", "Content-Encoding"], StringComparer.OrdinalIgnoreCase) : OwnToService;
        Assert.Equal(Comparable(sent.Request.Headers, own, framework), Comparable(seen.Headers, own, framework));
        Assert.Equal(sent.Request.Body, seen.Body);
        Assert.Single(seen.All("Host"));
        Assert.Empty(seen.All("Keep-Alive"));
    }

    private static void AssertCameBack(Exchange sent, WireMessage seen)
    {
        Assert.Equal(sent.Status, int.Parse(seen.StartLine.AsSpan(9, 3), CultureInfo.InvariantCulture));
        var own = sent.Response.All("Date").Length > 0 ? OwnToClient : new HashSet<string>([.. OwnToClient, "Date"], StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Comparable(sent.Response.Headers, own), Comparable(seen.Headers, own));
        Assert.Equal(sent.Response.Body, seen.Body);
        Assert.True(sent.Status != 204 || seen.All("Content-Length") is [], "a length of nothing");
        if (sent.Response.All("Content-Length") is { Length: > 0 } length)
        {
            Assert.Equal(length, sent.Status is 204 or 205 ? length : seen.All("Content-Length"));
        }
    }

    // In any order, but the values of one header in theirs; names in any case.
    private static string[] Comparable(IEnumerable<(string Name, string Value)> headers, HashSet<string> but, bool joined = false) =>
        [.. headers.Where(header => !but.Contains(header.Name)).GroupBy(header => header.Name.ToLowerInvariant(), header => header.Value)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany(group => joined ? [$"{group.Key}: {string.Join(group.Key == "cookie" ? "; " : ", ", group).Trim()}"] : group.Select(value => $"{group.Key}: {value}"))];
}
