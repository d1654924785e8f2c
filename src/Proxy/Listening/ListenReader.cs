using System.Net;
using Portolan.Proxy.Settings;
using YamlDotNet.RepresentationModel;

namespace Portolan.Proxy.Listening;

/// <summary>Reads where a gateway listens: <c>port</c> and <c>listen</c>.</summary>
internal static class ListenReader
{
    /// <summary>The keys that stand beside those of the gateway.</summary>
    public static readonly string[] Keys = ["port", "listen"];

    private static readonly (string Word, bool Value)[] Protocols = [("http1", false), ("h2c", true)];

    /// <summary>The gateway's own port; null where it does not say.</summary>
    public static int? Port(YamlNode gateway, YamlProblems problems) => YamlFields.OfKnown(gateway, "gateway", problems)?.Number("port", 1, 65535);

    /// <summary>The places beside its port.</summary>
    /// <param name="gateway">Its section, or all of its file.</param>
    /// <param name="port">Its own.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="checks">Looks at what this machine has of it; null where that does not matter.</param>
    public static IReadOnlyList<ListenerConfig> Listeners(YamlNode gateway, int? port, YamlProblems problems, ListenChecks? checks = null)
    {
        if (YamlFields.OfKnown(gateway, "gateway", problems) is not { } fields)
        {
            return [];
        }

        HashSet<int> taken = port is { } own ? [own] : [];
        return [.. fields.List("listen", "a list of listeners (- port: …)").Select(node => Listener(node, taken, problems, checks)).OfType<ListenerConfig>()];
    }

    private static ListenerConfig? Listener(YamlNode node, HashSet<int> taken, YamlProblems problems, ListenChecks? checks)
    {
        var fields = YamlFields.Of(node, "a listener", problems, "port", "address", "protocol", "certificate", "key");
        if (fields?.RequiredText("port", "a port like 8443") is null || fields.Number("port", 1, 65535) is not { } port)
        {
            return null;
        }

        if (!taken.Add(port))
        {
            problems.Add(fields.PlaceOf("port"), $"the gateway has port {port} already; give one of them another.");
        }

        var certificate = fields.Text("certificate", "a file with a certificate in PEM");
        var key = fields.Text("key", "a file with its private key in PEM");
        if ((certificate is null) != (key is null))
        {
            problems.Add(fields.Place, "TLS needs both 'certificate' and 'key'; give the other one too, or neither.");
        }

        if (certificate is not null && fields.Node("protocol") is not null)
        {
            problems.Add(fields.PlaceOf("protocol"), "with a certificate the client chooses between HTTP/2 and HTTP/1.1; remove 'protocol'.");
        }

        var listener = new ListenerConfig
        {
            Port = port,
            Address = Address(fields, problems),
            Http2Only = fields.Choice("protocol", Protocols) ?? false,
            Certificate = certificate,
            Key = key,
        };
        checks?.Check(listener, fields, problems);
        return listener;
    }

    private static IPAddress Address(YamlFields fields, YamlProblems problems)
    {
        const string Expected = "an address of this machine like 127.0.0.1, 10.1.2.3 or 0.0.0.0 for all";
        if (fields.Text("address", Expected) is not { } text)
        {
            return IPAddress.Loopback;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        problems.Add(fields.PlaceOf("address"), $"expected {Expected} as 'address', found '{text}'.");
        return IPAddress.Loopback;
    }
}
