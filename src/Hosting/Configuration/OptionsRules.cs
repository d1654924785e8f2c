using Portolan.Core.Addresses;

namespace Portolan.Hosting.Configuration;

/// <summary>What a service's options must satisfy before it starts.</summary>
internal static class OptionsRules
{
    public static IEnumerable<string> Check(string service, PortolanOptions options)
    {
        if (!IsName(service))
        {
            yield return $"The service's name is \"{service}\"; a name has 1 to 63 of a-z, 0-9 and '-', and neither begins nor ends with '-'.";
        }

        foreach (var (key, address) in new[] { ("Store", options.Store), ("Bus", options.Bus) })
        {
            if (!Address.TryParse(address, out var parsed) || parsed.Scheme != "sqlite")
            {
                yield return $"Portolan:{key} is \"{Shown(address)}\"; write sqlite:path. (PostgreSQL and RabbitMQ come in a later version.)";
            }
        }

        if (!Uri.TryCreate(options.Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            yield return $"Portolan:Server is \"{options.Server}\"; write its address, such as http://127.0.0.1:8500.";
        }

        if (options.Heartbeat < TimeSpan.FromMilliseconds(100))
        {
            yield return $"Portolan:Heartbeat is {options.Heartbeat}; it must be at least 100 ms.";
        }

        if (options.DrainDelay < TimeSpan.Zero || options.DrainTimeout < options.DrainDelay || options.DrainTimeout > TimeSpan.FromHours(1))
        {
            yield return $"Portolan:DrainTimeout is {options.DrainTimeout} and DrainDelay {options.DrainDelay}; the delay must not be above the timeout, and that not above an hour.";
        }

        foreach (var error in options.Messaging.Errors().Concat(options.Sagas.Errors()))
        {
            yield return error;
        }
    }

    // What stands behind another technology's name may hold a password.
    private static string Shown(string address) =>
        Address.TryParse(address, out var parsed) && parsed.Scheme != "sqlite" ? parsed.Scheme + ":…" : address;

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 63
        && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
        && name[0] != '-' && name[^1] != '-';
}
