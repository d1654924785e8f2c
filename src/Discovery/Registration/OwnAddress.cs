using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Portolan.Discovery.Registration;

/// <summary>Where this process can be reached.</summary>
internal sealed record OwnAddress(string Host, int Port)
{
    /// <summary>What the options say, else the first plain HTTP address the server listens on. Null when there is none.</summary>
    public static OwnAddress? Find(RegistrationOptions options, IServer? server)
    {
        if (options.Port is { } port)
        {
            return new OwnAddress(options.Host ?? "127.0.0.1", port);
        }

        var listening = (server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            .Select(BindingAddress.Parse)
            .FirstOrDefault(address => address.Scheme == Uri.UriSchemeHttp && !address.IsUnixPipe && !address.IsNamedPipe);
        return listening is null ? null : new OwnAddress(options.Host ?? HostOf(listening), listening.Port);
    }

    // Every interface is nowhere in particular; until there is authentication, callers are on this machine.
    private static string HostOf(BindingAddress address)
    {
        var host = address.Host.Trim('[', ']');
        if (IPAddress.TryParse(host, out var parsed))
        {
            return parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any) ? "127.0.0.1" : parsed.ToString();
        }

        return host is "*" or "+" or "localhost" ? "127.0.0.1" : host;
    }
}
