using System.Globalization;
using Portolan.Discovery;
using Portolan.Discovery.Selection;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Configuration;

/// <summary>Reads and checks how services are reached.</summary>
internal static class UpstreamReader
{
    private static readonly string[] Keys =
        ["addresses", "protocol", "timeout", "attempts", "retryBudget", "concurrency", "queue", "hedge", "opensAfter", "staysOpen", "balance"];

    private static readonly (string Word, UpstreamProtocol Value)[] Protocols =
        [("http1", UpstreamProtocol.Http1), ("http2", UpstreamProtocol.Http2), ("framework", UpstreamProtocol.Framework)];

    /// <summary>The mapping of names to how they are reached.</summary>
    public static ConfigList<UpstreamConfig> Read(YamlNode? node, YamlProblems problems, IReadOnlyList<string>? services)
    {
        var entries = node is null ? null : YamlFields.Entries(node, "services", problems);
        var all = entries?.FirstOrDefault(entry => entry.Key == UpstreamConfig.All).Value as YamlMappingNode;
        return new((entries ?? []).Select(entry =>
        {
            var upstream = Read(entry.Key, Inherited(entry.Value, all), problems);
            if (services?.Contains(entry.Key) == false && upstream?.Addresses.Count == 0)
            {
                problems.Add(entry.Place, $"there is no service '{entry.Key}' in this system{Hint(entry.Key, services)} Give it 'addresses' if it runs elsewhere.");
            }

            return upstream;
        }).OfType<UpstreamConfig>());
    }

    /// <summary>What is wrong with it.</summary>
    public static void Check(UpstreamConfig upstream, string where, List<ConfigError> errors)
    {
        Require(upstream.Addresses.All(StaticServices.IsAddress), "addresses", "must be addresses such as 127.0.0.1:5001, https://api.example:443 or unix:/run/app.sock, without a path.");
        Require(upstream.Timeout is not { } time || Quantity.IsWait(time), "timeout", "must be longer than nothing, and at most a day (24h).");
        Require(upstream.Attempts is >= 1 and <= 10, "attempts", "must be from 1, which repeats nothing, to 10.");
        Require(upstream.RetryBudget is >= 0 and <= 10, "retryBudget", "must be from 0 to 10, the repetitions a call may add.");
        Require(upstream.Concurrency is null or (>= 1 and <= 1_000_000), "concurrency", "must be from 1 to 1,000,000 requests at once.");
        Require(upstream.Queue is >= 0 and <= 1_000_000, "queue", "must be from 0 to 1,000,000 requests that wait.");
        Require(upstream.HedgeAfter is not { } after || Quantity.IsWait(after), "hedge", "must be longer than nothing, and at most a day (24h).");
        Require(upstream.HedgePercentile is null or (>= 0.5 and <= 1), "hedge", "must be from p50 to p100.");
        Require(upstream.OpensAfter is >= 1 and <= 1_000_000, "opensAfter", "must be from 1 to 1,000,000 failures in a row.");
        Require(upstream.StaysOpen > TimeSpan.Zero && upstream.StaysOpen <= TimeSpan.FromHours(1), "staysOpen", "must be longer than nothing and no more than an hour.");
        Require(LoadBalancing.All.Contains(upstream.Balance), "balance", $"must be one of {string.Join(", ", LoadBalancing.All)}.");

        void Require(bool holds, string key, string message)
        {
            if (!holds)
            {
                errors.Add(new ConfigError($"{where}.{key}", message));
            }
        }
    }

    // What a service does not say itself is as for all. A mistake of all's is told there, not again at each.
    private static YamlNode Inherited(YamlNode own, YamlMappingNode? all)
    {
        if (all is null || ReferenceEquals(own, all) || own is not YamlMappingNode mapping)
        {
            return own;
        }

        var said = mapping.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value).ToHashSet();
        var known = all.Children.Where(pair => pair.Key is YamlScalarNode { Value: { } key } && key != "addresses" && Keys.Contains(key) && !said.Contains(key)).ToList();
        foreach (var (key, value) in known)
        {
            mapping.Add(key, value);
        }

        return mapping;
    }

    private static string Hint(string name, IReadOnlyList<string> services) => Nearest.Hint(name, services) is { Length: > 0 } hint ? hint : ".";

    // The scheme that most have need not be said.
    private static string Complete(string address) => address.Contains("://", StringComparison.Ordinal) || UnixAddress.Is(address) ? address : $"http://{address}";

    // A time, or the share of answers that are there by then.
    private static (TimeSpan? After, double? Percentile) Hedge(YamlFields fields, YamlProblems problems)
    {
        var text = fields.Text("hedge", "a time like 200ms, or p95");
        if (text is null || Quantity.TryTime(text, out _))
        {
            return (fields.Time("hedge"), null);
        }

        if (text is ['p', .. var number] && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent))
        {
            return (null, percent / 100);
        }

        problems.Add(fields.PlaceOf("hedge"), $"expected a time like 200ms, or p95, as 'hedge', found '{text}'.");
        return (null, null);
    }

    private static UpstreamConfig? Read(string name, YamlNode node, YamlProblems problems)
    {
        var fields = YamlFields.Of(node, $"service '{name}'", problems, Keys);
        if (fields is null)
        {
            return null;
        }

        var (hedgeAfter, hedgePercentile) = Hedge(fields, problems);
        var defaults = new UpstreamConfig { Name = name };
        return defaults with
        {
            Addresses = [.. fields.OneOrMore("addresses", "an address, or a list like [127.0.0.1:5001]").Select(Complete)],
            Protocol = fields.Choice("protocol", Protocols),
            Timeout = fields.Time("timeout"),
            Attempts = fields.Number("attempts", 1, 10) ?? defaults.Attempts,
            RetryBudget = fields.Share("retryBudget") ?? defaults.RetryBudget,
            Concurrency = fields.Number("concurrency", 1, 1_000_000),
            Queue = fields.Number("queue", 0, 1_000_000) ?? defaults.Queue,
            HedgeAfter = hedgeAfter,
            HedgePercentile = hedgePercentile,
            OpensAfter = fields.Number("opensAfter", 1, 1_000_000) ?? defaults.OpensAfter,
            StaysOpen = fields.Time("staysOpen") ?? defaults.StaysOpen,
            Balance = fields.Text("balance", "one of " + string.Join(", ", LoadBalancing.All)) ?? defaults.Balance,
        };
    }
}
