using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Tests.Wire;

/// <summary>
/// The framework's client as the oracle. Answers with one byte changed, added or left out go through a gateway with connections of
/// its own and through one with the framework's: what the first lets pass as a whole answer, the second read alike.
/// </summary>
public sealed class DifferentialTests
{
    private static readonly HashSet<string> Volatile = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "X-Request-ID", "X-Correlation-ID", "X-Trace-ID", "X-Backend-Duration", "X-Response-Time", "X-Backend-Latency", "X-Served-By",
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_answer_is_read_otherwise_than_the_framework_reads_it(int seed)
    {
        var random = new Random(seed);
        var generator = new ExchangeGenerator(random);
        await using var own = await Peers.StartAsync(UpstreamProtocol.Http1, generator);
        await using var framework = await Peers.StartAsync(UpstreamProtocol.Framework, generator);
        var whole = 0;
        for (var number = 0; number < 300; number++)
        {
            var exchange = generator.Next();
            if (number % 3 == 0)
            {
                // Not more, or the circuit opens.
                exchange = exchange with { ResponseBytes = Damaged(exchange.ResponseBytes, random), ServiceCloses = true };
            }

            var (ours, theirs) = await OutcomesAsync(own, framework, exchange);
            if (IsRefused(ours))
            {
                // Stricter than the framework is no fault.
                continue;
            }

            whole++;
            Assert.True(ours.AsSpan().SequenceEqual(theirs), $"""
                Answer {number} of seed {seed} to {exchange.Method}:
                {string.Join('\n', ours!.Except(theirs ?? []))}
                by the framework:
                {string.Join('\n', theirs?.Except(ours!) ?? ["broken off"])}
                of
                {Encoding.Latin1.GetString(exchange.ResponseBytes.AsSpan(0, Math.Min(3000, exchange.ResponseBytes.Length)))}
                """);
        }

        Assert.InRange(whole, 200, 299);
    }

    // More than once where they differ: a kept connection may be closed just as it is used, and nobody can tell.
    private static async Task<(string[]? Ours, string[]? Theirs)> OutcomesAsync(Peers own, Peers framework, Exchange exchange)
    {
        for (var attempt = 1; ; attempt++)
        {
            var ours = await OutcomeAsync(own, exchange);
            var theirs = IsRefused(ours) ? null : await OutcomeAsync(framework, exchange);
            if (attempt == 3 || IsRefused(ours) || ours.AsSpan().SequenceEqual(theirs))
            {
                return (ours, theirs);
            }
        }
    }

    private static bool IsRefused(string[]? outcome) => outcome is null || outcome.Contains("content-type: application/problem+json");

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        // In the head mostly, where it matters; and in what frames the body.
        var at = random.Next(Math.Min(bytes.Length, random.Next(4) == 0 ? bytes.Length : 400));
        var odd = (byte)"\0\t\n\r \":;,0159aAcxX\u0080\u000b"[random.Next(20)];
        return random.Next(3) switch
        {
            0 => [.. bytes[..at], odd, .. bytes[at..]],
            1 => [.. bytes[..at], .. bytes[(at + 1)..]],
            _ => [.. bytes[..at], odd, .. bytes[(at + 1)..]],
        };
    }

    // Null: broken off, so that nobody takes it for whole.
    private static async Task<string[]?> OutcomeAsync(Peers peers, Exchange exchange)
    {
        try
        {
            var response = await peers.AskAsync(exchange);
            return
            [
                response.StartLine,
                .. response.Headers.Where(header => !Volatile.Contains(header.Name)).Select(header => $"{header.Name.ToLowerInvariant()}: {header.Value}").Order(StringComparer.Ordinal),
                Convert.ToHexString(response.Body),
            ];
        }
        catch (Exception exception) when (exception is InvalidDataException or SocketException)
        {
            return null;
        }
        finally
        {
            peers.Leave();
        }
    }
}
