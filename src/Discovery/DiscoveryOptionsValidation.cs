using Microsoft.Extensions.Options;

namespace Portolan.Discovery;

/// <summary>Everything that is wrong with the options, at start, each with the fix.</summary>
internal sealed class DiscoveryOptionsValidation : IValidateOptions<DiscoveryOptions>
{
    public ValidateOptionsResult Validate(string? name, DiscoveryOptions options)
    {
        var errors = new List<string>();
        if (options.Server is { } server && !(server.IsAbsoluteUri && server.Scheme is "http" or "https"))
        {
            errors.Add($"Portolan:Server is '{server}'; give an address such as http://127.0.0.1:8500.");
        }

        Range(errors, "Heartbeat", options.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        Range(errors, "LookupTimeout", options.LookupTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Range(errors, "Watch", options.Watch, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Range(errors, "CacheFor", options.CacheFor, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        foreach (var (service, addresses) in options.Services)
        {
            errors.AddRange(addresses.Where(address => !StaticServices.IsAddress(address)).Select(address =>
                $"Portolan:Services:{service} has '{address}'; give addresses such as http://127.0.0.1:5001."));
        }

        errors.AddRange(options.DefaultClient.Validate().Select(error => $"Portolan:Clients:Default: {error}"));
        errors.AddRange(options.Clients.SelectMany(client => client.Value.Validate().Select(error => $"Portolan:Clients:{client.Key}: {error}")));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void Range(List<string> errors, string option, TimeSpan value, TimeSpan minimum, TimeSpan maximum)
    {
        if (value < minimum || value > maximum)
        {
            errors.Add($"Portolan:{option} is {value}; give a time from {minimum} to {maximum}.");
        }
    }
}
