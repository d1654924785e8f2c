using System.Net;
using System.Text.RegularExpressions;

namespace Portolan.Registry.Api;

/// <summary>What may stand where in a registration. Every rule adds its own errors, so that all are reported at once.</summary>
internal static partial class NameRules
{
    public const int MaximumText = 512;

    public static void Service(string name, ErrorList errors)
    {
        if (!ServicePattern().IsMatch(name))
        {
            errors.Add("serviceName", "A service's name has 1 to 63 of a-z, 0-9 and '-', and neither begins nor ends with '-'.");
        }
    }

    public static void InstanceId(string id, ErrorList errors)
    {
        if (!IdPattern().IsMatch(id))
        {
            errors.Add("id", "An instance's id has 1 to 128 of letters, digits, '-', '_', '.' and ':'.");
        }
    }

    public static void Host(string host, ErrorList errors)
    {
        if (host.Length > 253 || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            errors.Add("host", "A host is a name or an IP address, without scheme and port.");
        }
        else if (IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            errors.Add("host", $"{host} is an address to listen on; give one that others can connect to, or leave it out.");
        }
    }

    public static void Port(string field, int port, ErrorList errors)
    {
        if (port is < 1 or > 65535)
        {
            errors.Add(field, "A port is a number from 1 to 65535.");
        }
    }

    public static void Key(string field, string key, ErrorList errors)
    {
        if (!KeyPattern().IsMatch(key))
        {
            errors.Add(field, "A key has 1 to 128 of letters, digits, '-', '_', '.', ':' and '/'.");
        }
    }

    public static void Text(string field, string text, int minimum, ErrorList errors)
    {
        if (text.Length < minimum || text.Length > MaximumText || text.Any(char.IsControl))
        {
            errors.Add(field, $"{minimum} to {MaximumText} characters, none of them a control character.");
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ServicePattern();

    [GeneratedRegex(@"^[A-Za-z0-9._:-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[A-Za-z0-9._:/-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyPattern();
}
